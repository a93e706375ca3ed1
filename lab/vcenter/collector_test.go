package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/object"
	collect "github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func retrieve(s *site, kind, path string, object types.ManagedObjectReference) error {
	_, err := methods.RetrievePropertiesEx(s.ctx, s.client, &types.RetrievePropertiesEx{
		This: s.client.ServiceContent.PropertyCollector,
		SpecSet: []types.PropertyFilterSpec{{
			PropSet:   []types.PropertySpec{{Type: kind, PathSet: []string{path}}},
			ObjectSet: []types.ObjectSpec{{Obj: object}},
		}},
	})
	return err
}

func TestUnknownPropertyIsAFault(t *testing.T) {
	s := newSite(t)
	host, dvs := s.hosts["esx-01"], s.newSwitch("dvs0")
	for _, path := range []string{"colour", "config.colour", "config.network.pnic.device", "ManagedEntity", "self", "config..network", "config[4"} {
		equal(s, path, expectFault[*types.InvalidProperty](s, retrieve(s, "HostSystem", path, host), path).Name, path)
	}
	expectFault[*types.InvalidProperty](s, retrieve(s, "ManagedEntity", "config", host), "config")
	// What lies behind a polymorphic value depends on the object.
	expectFault[*types.InvalidProperty](s, retrieve(s, switchType, "config.colour", dvs), "config.colour")
	s.ok(retrieve(s, switchType, "config.maxMtu", dvs))
	s.ok(retrieve(s, switchType, `config.host["host-1"]`, dvs))
	s.ok(retrieve(s, "ManagedEntity", "name", host))
	equal(s, "wrong type", expectFault[*types.InvalidType](s, retrieve(s, "HostSystems", "name", host), "HostSystems").Argument, "HostSystems")
}

func TestDeletedObjectIsAFault(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	s.ok(s.destroy(dvs))
	equal(s, "object", expectFault[*types.ManagedObjectNotFound](s, retrieve(s, switchType, "name", dvs), "already been deleted").Obj, dvs)
	watch := &types.CreateFilter{This: s.client.ServiceContent.PropertyCollector, Spec: types.PropertyFilterSpec{
		PropSet: []types.PropertySpec{{Type: switchType, PathSet: []string{"name"}}}, ObjectSet: []types.ObjectSpec{{Obj: dvs}},
	}}
	_, err := methods.CreateFilter(s.ctx, s.client, watch)
	expectFault[*types.ManagedObjectNotFound](s, err, "already been deleted")
	watch.Spec.PropSet[0].PathSet[0] = "colour"
	_, err = methods.CreateFilter(s.ctx, s.client, watch)
	expectFault[*types.InvalidProperty](s, err, "colour")
	watch.Spec.ObjectSet[0].SelectSet = []types.BaseSelectionSpec{&types.TraversalSpec{Type: "Folder", Path: "children"}}
	watch.Spec.PropSet[0].PathSet[0] = "name"
	_, err = methods.CreateFilter(s.ctx, s.client, watch)
	expectFault[*types.InvalidProperty](s, err, "children")
}

func TestCollectorOfItsOwn(t *testing.T) {
	s := newSite(t)
	own, err := collect.DefaultCollector(s.client.Client).Create(s.ctx)
	s.ok(err)
	var dvs mo.HostSystem
	s.ok(own.RetrieveOne(s.ctx, s.hosts["esx-01"], []string{"name"}, &dvs))
	equal(s, "name", dvs.Name, "esx-01")
	_, err = methods.RetrievePropertiesEx(s.ctx, s.client, &types.RetrievePropertiesEx{This: own.Reference(), SpecSet: []types.PropertyFilterSpec{{
		PropSet: []types.PropertySpec{{Type: "HostSystem", PathSet: []string{"colour"}}}, ObjectSet: []types.ObjectSpec{{Obj: s.hosts["esx-01"]}},
	}}})
	expectFault[*types.InvalidProperty](s, err, "colour")
	s.ok(own.Destroy(s.ctx))
}

func TestNoSessionNoProperties(t *testing.T) {
	s := newSite(t)
	manager := session.NewManager(s.client.Client)
	if current, err := manager.UserSession(s.ctx); err != nil || current == nil {
		t.Fatalf("session of the client: %v %v", current, err)
	}
	s.ok(manager.Logout(s.ctx))
	_, err := object.NewHostSystem(s.client.Client, s.hosts["esx-01"]).ObjectName(s.ctx)
	expectFault[*types.NotAuthenticated](s, err, "not authenticated")
	s.expectRefused("raw", fmt.Sprintf(envelope, `<RetrievePropertiesEx xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this><specSet>`+
		`<propSet><type>HostSystem</type><pathSet>name</pathSet></propSet><objectSet><obj type="HostSystem">`+s.hosts["esx-01"].Value+`</obj></objectSet></specSet><options/></RetrievePropertiesEx>`),
		"NotAuthenticated", "not authenticated")
	// Whether there is a session may be asked without one.
	for _, method := range []string{"RetrieveProperties", "RetrievePropertiesEx"} {
		options := map[string]string{"RetrievePropertiesEx": "<options/>"}[method]
		status, text := s.postRaw(fmt.Sprintf(envelope, fmt.Sprintf(`<%s xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this><specSet>`+
			`<propSet><type>SessionManager</type><pathSet>currentSession</pathSet></propSet><objectSet><obj type="SessionManager">SessionManager</obj></objectSet></specSet>%s</%s>`, method, options, method)))
		if status != http.StatusOK || strings.Contains(text, "missingSet") || strings.Contains(text, "propSet") {
			t.Errorf("%s: %d %s", method, status, text)
		}
	}
}

func TestIdleSessionEnds(t *testing.T) {
	s := newSite(t)
	clock := s.server.door.sessions
	clock.mu.Lock()
	for id := range clock.lastUse { // as if nobody had called for half an hour
		clock.lastUse[id] = clock.lastUse[id].Add(-clock.idleTime - time.Second)
	}
	clock.mu.Unlock()
	if current, err := session.NewManager(s.client.Client).UserSession(s.ctx); err != nil || current != nil {
		t.Errorf("current session: %v %v", current, err)
	}
	expectFault[*types.NotAuthenticated](s, retrieve(s, "HostSystem", "name", s.hosts["esx-01"]), "")
	s.ok(session.NewManager(s.client.Client).Login(s.ctx, s.server.service.Listen.User))
	s.ok(retrieve(s, "HostSystem", "name", s.hosts["esx-01"]))
	s.control("DELETE", "/sessions", "")
	expectFault[*types.NotAuthenticated](s, retrieve(s, "HostSystem", "name", s.hosts["esx-01"]), "")
}

func TestLoginTwice(t *testing.T) {
	s := newSite(t)
	err := session.NewManager(s.client.Client).Login(s.ctx, s.server.service.Listen.User)
	expectFault[*types.InvalidLogin](s, err, "")
	s.ok(retrieve(s, "HostSystem", "name", s.hosts["esx-01"]))
}
