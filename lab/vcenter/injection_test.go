package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// tell sends a request to the control interface and returns status and answer.
func (s *site) tell(method, path, body string) (int, string) {
	s.Helper()
	request, err := http.NewRequestWithContext(s.ctx, method, s.server.Control.String()+path, strings.NewReader(body))
	s.ok(err)
	response, err := http.DefaultClient.Do(request)
	s.ok(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	s.ok(err)
	return response.StatusCode, string(text)
}

// control expects the request to succeed.
func (s *site) control(method, path, body string) string {
	s.Helper()
	status, text := s.tell(method, path, body)
	if status != http.StatusOK {
		s.Fatalf("%s %s %s: %d %s", method, path, body, status, text)
	}
	return text
}

func (s *site) calls() []Call {
	s.Helper()
	var calls []Call
	s.ok(json.Unmarshal([]byte(s.control("GET", "/calls", "")), &calls))
	return calls
}

func (s *site) inject(fault string) {
	s.Helper()
	s.control("POST", "/faults", fault)
}

func (s *site) isThere(dvs types.ManagedObjectReference) bool {
	return s.server.service.Context.Map.Get(dvs) != nil
}

func expectDropped(s *site, err error) {
	s.Helper()
	if err == nil || !strings.Contains(err.Error(), "EOF") {
		s.Errorf("%v, want a connection that was closed without an answer", err)
	}
}

func TestInjectedFault(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	s.inject(`{"method":"Destroy_Task","nth":2,"kind":"fault","fault":"ResourceInUse"}`)
	s.ok(s.destroy(s.newSwitch("other")))
	expectFault[*types.ResourceInUse](s, s.destroy(dvs), "in use")
	if !s.isThere(dvs) {
		t.Error("the refused call was done")
	}
	s.ok(s.destroy(dvs)) // once only
	equal(s, "what is still to come", strings.TrimSpace(s.control("GET", "/faults", "")), "[]")
}

func TestInjectedDrops(t *testing.T) {
	s := newSite(t)
	before, after := s.newSwitch("before"), s.newSwitch("after")
	s.inject(fmt.Sprintf(`{"method":"Destroy_Task","object":%q,"kind":"dropBefore"}`, before.Value))
	s.inject(fmt.Sprintf(`{"method":"Destroy_Task","object":%q,"kind":"dropAfter"}`, after.Value))
	expectDropped(s, s.destroy(after))
	expectDropped(s, s.destroy(before))
	s.eventually("the dropped call is done", func() bool { return !s.isThere(after) })
	if !s.isThere(before) {
		t.Error("the call was done whose connection closed before")
	}
}

// eventually waits for what happens behind an answer that did not come.
func (s *site) eventually(what string, holds func() bool) {
	s.Helper()
	for deadline := time.Now().Add(5 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			s.Fatalf("%s: not so after 5 s", what)
		}
	}
}

func TestInjectedTimeouts(t *testing.T) {
	s := newSite(t)
	before, after := s.newSwitch("before"), s.newSwitch("after")
	for _, each := range []struct {
		kind   string
		dvs    types.ManagedObjectReference
		isDone bool
	}{{"timeout", before, false}, {"timeoutAfter", after, true}} {
		s.inject(fmt.Sprintf(`{"method":"Destroy_Task","kind":%q}`, each.kind))
		patient, giveUp := context.WithCancel(s.ctx)
		answered := make(chan error, 1)
		go func() {
			_, err := methods.Destroy_Task(patient, s.client, &types.Destroy_Task{This: each.dvs})
			answered <- err
		}()
		s.eventually(each.kind+" happens", func() bool { return strings.TrimSpace(s.control("GET", "/faults", "")) == "[]" })
		if each.isDone {
			s.eventually(each.kind, func() bool { return !s.isThere(each.dvs) })
		}
		select {
		case err := <-answered:
			t.Errorf("%s: %v, want no answer", each.kind, err)
		case <-time.After(100 * time.Millisecond):
			giveUp()
			if err := <-answered; err == nil || !strings.Contains(err.Error(), "canceled") {
				t.Errorf("%s: %v, want no answer", each.kind, err)
			}
		}
		giveUp()
		equal(s, each.kind+": still there", s.isThere(each.dvs), !each.isDone)
	}
	s.inject(`{"method":"CurrentTime","kind":"timeout","seconds":0.05}`)
	_, err := methods.GetCurrentTime(s.ctx, s.client)
	expectDropped(s, err)
}

func TestInjectedTaskErrors(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	s.inject(`{"kind":"taskError","fault":"ResourceInUse","nth":1}`)
	s.config(dvs) // a call without a task does not count
	expectFault[*types.ResourceInUse](s, s.destroy(dvs), "in use")
	if !s.isThere(dvs) {
		t.Error("the failed task was done")
	}
	s.inject(`{"method":"Destroy_Task","kind":"taskErrorAfter","fault":"ResourceInUse"}`)
	expectFault[*types.ResourceInUse](s, s.destroy(dvs), "in use")
	if s.isThere(dvs) {
		t.Error("the task that fails after its work did no work")
	}
}

// A method of the simulator itself, not of this program: a VM's rename.
func TestInjectionCoversTheSimulatorsMethods(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	group := s.newGroup(dvs, "app", nil)
	s.ok(s.changeMembers(dvs, append(members("add", s.hosts["esx-01"]), members("add", s.hosts["esx-02"])...)))
	machine := s.createVM(dvs, group)
	rename := func(name string) error {
		answer, err := methods.Rename_Task(s.ctx, s.client, &types.Rename_Task{This: machine, NewName: name})
		if err != nil {
			return err
		}
		_, err = s.wait(answer.Returnval, nil)
		return err
	}
	name := func() string { return get[mo.VirtualMachine](s, machine, "name").Name }
	before := name()
	s.inject(`{"method":"Rename_Task","kind":"taskError","fault":"InvalidName"}`)
	expectFault[*types.InvalidName](s, rename("b"), "")
	equal(s, "name", name(), before)
	s.inject(`{"method":"Rename_Task","kind":"taskErrorAfter","fault":"InvalidName"}`)
	expectFault[*types.InvalidName](s, rename("c"), "")
	equal(s, "name", name(), "c")
}

func TestInjectedEndOfSession(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	s.inject(`{"method":"Destroy_Task","kind":"sessionExpired"}`)
	notAuthenticated := expectFault[*types.NotAuthenticated](s, s.destroy(dvs), "not authenticated")
	equal(s, "object of the fault", *notAuthenticated.Object, dvs)
	expectFault[*types.NotAuthenticated](s, s.destroy(dvs), "")
	s.ok(session.NewManager(s.client.Client).Login(s.ctx, s.server.service.Listen.User))
	s.ok(s.destroy(dvs))
}

// Every call of a run fails once in turn: what tests of a client do with it.
func TestInjectionByNumberAndUserAgent(t *testing.T) {
	s := newSite(t)
	s.client.Client.UserAgent = "run/1"
	s.control("DELETE", "/calls", "")
	run := func() error {
		_, err := object.NewHostSystem(s.client.Client, s.hosts["esx-01"]).ObjectName(s.ctx)
		if err == nil {
			_, err = methods.GetCurrentTime(s.ctx, s.client)
		}
		return err
	}
	s.ok(run())
	count := len(s.calls())
	equal(s, "calls of a run", count, 2)
	for nth := 1; nth <= count; nth++ {
		s.inject(fmt.Sprintf(`{"nth":%d,"kind":"dropBefore","userAgent":"run/"}`, nth))
		other := must(login(s.ctx, s.server, "secret"))(s) // not of this run
		s.ok(other.Logout(s.ctx))
		expectDropped(s, run())
		s.ok(run())
	}
	s.inject(`{"nth":1,"kind":"dropBefore"}`)
	s.control("DELETE", "/faults", "")
	s.ok(run())
}

func TestListOfCalls(t *testing.T) {
	s := newSite(t)
	s.client.Client.UserAgent = "run/1"
	dvs := s.newSwitch("dvs0")
	s.control("DELETE", "/calls", "")
	s.inject(`{"method":"Destroy_Task","kind":"fault"}`)
	expectFault[*types.SystemError](s, s.destroy(dvs), "injected")
	s.config(dvs)
	equalList(s, "calls", s.calls(), []Call{
		{Number: 1, Method: "Destroy_Task", ObjectType: switchType, Object: dvs.Value, UserAgent: "run/1", Mutating: true, Injected: "fault"},
		{Number: 2, Method: "RetrievePropertiesEx", ObjectType: "PropertyCollector", Object: "propertyCollector", UserAgent: "run/1"},
	})
	s.control("DELETE", "/calls", "")
	equal(s, "calls after a reset", len(s.calls()), 0)
}

func TestMutatingMethods(t *testing.T) {
	for method, wanted := range map[string]bool{
		"ReconfigureDvs_Task": true, "AddVirtualSwitch": true, "CreateAlarm": true, "ResetVM_Task": true, "PowerOnVM_Task": true,
		"UpdatePassthruConfig": true, "CreateDVS_Task": true, "RemoveAlarm": true, "EnterMaintenanceMode_Task": true, "RebootHost_Task": true, "ResetEntityPermissions": true,
		"RetrievePropertiesEx": false, "FetchDVPorts": false, "QueryConfigTarget": false, "WaitForUpdatesEx": false, "Login": false,
		"CreateFilter": false, "DestroyPropertyFilter": false, "GetAlarm": false, "CreateContainerView": false, "DestroyView": false,
	} {
		if isMutating(method) != wanted {
			t.Errorf("%s: mutating is %t", method, !wanted)
		}
		if _, known := methodNamed(method); !known {
			t.Errorf("%s: the API has no such method", method)
		}
	}
}

func TestControlRefuses(t *testing.T) {
	s := newSite(t)
	for body, wanted := range map[string]string{
		`{"kind":"explode"}`:                          "must be one of fault, dropBefore",
		`{"kind":"fault","fault":"VirtualDisk"}`:      "no fault of this name",
		`{"kind":"fault","fault":"Nonsense"}`:         "no fault of this name",
		`{"kind":"fault","method":"VirtualDisk"}`:     "has none of this name",
		`{"kind":"fault","nth":-1}`:                   "must be 1 or more",
		`{"kind":"taskError","method":"CreateAlarm"}`: "starts no task",
		`{"kind":"fault","colour":"blue"}`:            "unknown field",
		`{"kind":"fault"}{"kind":"fault"}`:            "more than one",
		`[]`:                                          "cannot unmarshal",
		``:                                            "EOF",
	} {
		status, text := s.tell("POST", "/faults", body)
		if status != http.StatusBadRequest || !strings.Contains(text, wanted) {
			t.Errorf("%s: %d %s, want %q", body, status, text, wanted)
		}
	}
	if status, _ := s.tell("POST", "/nothing", `{}`); status != http.StatusNotFound {
		t.Errorf("an unknown setter: %d", status)
	}
	for _, address := range []string{"0.0.0.0:0", "localhost:0", ":0", "127.0.0.1"} {
		server, err := Start(Options{Listen: "127.0.0.1:0", Inventory: testInventory, User: "root", Password: "secret", Control: address})
		if err == nil {
			t.Errorf("%s: taken", address)
			s.ok(server.Close())
		} else if !strings.Contains(err.Error(), "control") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestKindsAreAllDelivered(t *testing.T) {
	s := newSite(t)
	for _, kind := range kinds {
		dvs := s.newSwitch(kind)
		s.inject(fmt.Sprintf(`{"method":"Destroy_Task","kind":%q,"seconds":0.01}`, kind))
		if err := s.destroy(dvs); err == nil {
			t.Errorf("%s: the call succeeded", kind)
		}
		if kind == kindSessionExpired {
			s.ok(session.NewManager(s.client.Client).Login(s.ctx, s.server.service.Listen.User))
		}
	}
	equal(s, "kinds", slices.Contains(kinds, ""), false)
}
