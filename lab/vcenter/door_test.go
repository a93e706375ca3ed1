package main

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"strings"
	"testing"

	"github.com/vmware/govmomi/vim25/types"
)

const envelope = `<?xml version="1.0"?><Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>%s</Body></Envelope>`

const xsi = `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`

var rawClient = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}

// postRaw sends a request in the session of the client and returns status and answer.
func (s *site) postRaw(body string) (int, string) {
	s.Helper()
	request, err := http.NewRequestWithContext(s.ctx, http.MethodPost, s.server.URL.String(), strings.NewReader(body))
	s.ok(err)
	for _, cookie := range s.client.Client.Jar.Cookies(s.server.URL) {
		request.AddCookie(cookie)
	}
	response, err := rawClient.Do(request)
	s.ok(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	s.ok(err)
	return response.StatusCode, string(text)
}

func (s *site) expectRefused(name, body, fault, sentence string) {
	s.Helper()
	status, text := s.postRaw(body)
	equal(s, name+": status", status, http.StatusInternalServerError)
	if !strings.Contains(text, `<`+fault+`Fault xmlns="urn:vim25" xsi:type="`+fault+`">`) || !strings.Contains(text, sentence) {
		s.Errorf("%s: %s, want %s with %q", name, text, fault, sentence)
	}
}

func TestDoorRefuses(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	group := s.newGroup(dvs, "app", nil)
	reconfigure := func(spec string) string {
		return fmt.Sprintf(envelope, fmt.Sprintf(`<ReconfigureDvs_Task xmlns="urn:vim25" %s><_this type="VmwareDistributedVirtualSwitch">%s</_this>%s</ReconfigureDvs_Task>`, xsi, dvs.Value, spec))
	}
	reconfigureGroup := func(spec string) string {
		return fmt.Sprintf(envelope, fmt.Sprintf(`<ReconfigureDVPortgroup_Task xmlns="urn:vim25" %s><_this type="DistributedVirtualPortgroup">%s</_this><spec>%s</spec></ReconfigureDVPortgroup_Task>`, xsi, group.Value, spec))
	}
	for _, each := range []struct{ name, body, fault, sentence string }{
		{"no xsi:type", reconfigure(`<spec><configVersion>1</configVersion></spec>`), "InvalidRequest", "polymorphic and has no xsi:type"},
		{"unknown type", reconfigure(`<spec xsi:type="VMwareDVSConfigSpace"/>`), "InvalidType", "VMwareDVSConfigSpace"},
		{"type of another family", reconfigure(`<spec xsi:type="VirtualDisk"/>`), "InvalidType", "VirtualDisk"},
		{"unknown type inside", reconfigureGroup(`<defaultPortConfig xsi:type="VMwareDVSPortSetting"><vlan xsi:type="Vlan4711"><inherited>false</inherited></vlan></defaultPortConfig>`), "InvalidType", "Vlan4711"},
		{"no type inside", reconfigureGroup(`<defaultPortConfig xsi:type="VMwareDVSPortSetting"><vlan><inherited>false</inherited></vlan></defaultPortConfig>`), "InvalidRequest", "vlan is polymorphic"},
		{"unknown element", reconfigureGroup(`<colour>blue</colour>`), "InvalidRequest", "Unexpected element tag &#34;colour&#34; seen in spec"},
		{"wrong order", reconfigureGroup(`<numPorts>8</numPorts><name>app</name>`), "InvalidRequest", "Unexpected element tag &#34;name&#34;"},
		{"given twice", reconfigureGroup(`<name>a</name><name>b</name>`), "InvalidRequest", "given twice"},
		{"mandatory property missing", reconfigureGroup(`<defaultPortConfig xsi:type="VMwareDVSPortSetting"><vlan xsi:type="VmwareDistributedVirtualSwitchVlanIdSpec"><vlanId>5</vlanId></vlan></defaultPortConfig>`), "InvalidRequest", "Required property inherited"},
		{"mandatory argument missing", reconfigure(``), "InvalidRequest", "Required property spec"},
		{"element in a simple value", reconfigureGroup(`<name><b/></name>`), "InvalidRequest", "Unexpected element tag"},
		{"reference without type", fmt.Sprintf(envelope, `<Destroy_Task xmlns="urn:vim25"><_this>dvs-1</_this></Destroy_Task>`), "InvalidRequest", "without its type"},
		{"not a number", reconfigureGroup(`<numPorts>many</numPorts>`), "InvalidRequest", "many"},
		{"no such method", fmt.Sprintf(envelope, `<MakeCoffee xmlns="urn:vim25"/>`), "InvalidRequest", "MakeCoffee"},
		{"a type, not a method", fmt.Sprintf(envelope, `<VirtualDisk xmlns="urn:vim25"/>`), "InvalidRequest", "VirtualDisk"},
		{"no method", fmt.Sprintf(envelope, ``), "InvalidRequest", "empty"},
		{"no body", `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"/>`, "InvalidRequest", "no body"},
		{"no envelope", `<html/>`, "InvalidRequest", "envelope"},
		{"no XML", `{"method":"Login"}`, "InvalidRequest", "envelope"},
		{"cut off", reconfigure(`<spec xsi:type="VMwareDVSConfigSpec">`)[:300], "InvalidRequest", "not well-formed"},
		{"nothing", ``, "InvalidRequest", "envelope"},
		{"entity expansion", `<!DOCTYPE a [<!ENTITY b "c">]>` + reconfigure(``), "InvalidRequest", "not allowed"},
		{"too deep", fmt.Sprintf(envelope, `<RetrievePropertiesEx xmlns="urn:vim25" `+xsi+`><_this type="PropertyCollector">p</_this><specSet><objectSet><obj type="Folder">f</obj>`+
			strings.Repeat(`<selectSet xsi:type="TraversalSpec"><type>Folder</type><path>parent</path>`, maxDepth)), "InvalidRequest", "nested too deeply"},
		{"too large", reconfigureGroup(`<name>` + strings.Repeat("a", maxRequestBytes) + `</name>`), "InvalidRequest", "too large"},
	} {
		s.expectRefused(each.name, each.body, each.fault, each.sentence)
	}
	status, text := s.postRaw(fmt.Sprintf(envelope, `<Destroy_Task xmlns="urn:vim25"><_this type="`+receiverType+`">switch</_this></Destroy_Task>`))
	if status != http.StatusInternalServerError || !strings.Contains(text, "ManagedObjectNotFound") {
		t.Errorf("a receiver's own reference: %d %s", status, text)
	}
	equal(s, "configVersion", s.config(dvs).ConfigVersion, "1")
}

// The simulator's own methods don't expect every value that the schema allows.
func TestSimulatorSurvivesItsOwnMistakes(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	group := s.newGroup(dvs, "app", nil)
	s.ok(s.changeMembers(dvs, append(members("add", s.hosts["esx-01"]), members("add", s.hosts["esx-02"])...)))
	machine := s.createVM(dvs, group)
	status, text := s.postRaw(fmt.Sprintf(envelope, fmt.Sprintf(`<ReconfigVM_Task xmlns="urn:vim25" %s><_this type="VirtualMachine">%s</_this><spec><deviceChange xsi:type="VirtualDeviceConfigSpec"><operation>add</operation><device xsi:type="VirtualVmxnet3"><key>-1</key><backing xsi:type="VirtualEthernetCardNetworkBackingInfo"><deviceName>no such network</deviceName></backing></device></deviceChange></spec></ReconfigVM_Task>`, xsi, machine.Value)))
	equal(s, "status", status, http.StatusOK)
	reference := text[strings.Index(text, ">task-")+1:]
	_, err := s.wait(types.ManagedObjectReference{Type: "Task", Value: reference[:strings.Index(reference, "<")]}, nil)
	if err == nil {
		t.Error("a card on an unknown network was taken")
	}
	equal(s, "configVersion", s.config(dvs).ConfigVersion, "2")
}

// Bytes changed at random places of real requests: whatever comes back, the server must still answer.
func TestMutatedRequests(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	valid := fmt.Sprintf(envelope, fmt.Sprintf(`<ReconfigureDvs_Task xmlns="urn:vim25" %s><_this type="VmwareDistributedVirtualSwitch">%s</_this>`+
		`<spec xsi:type="VMwareDVSConfigSpec"><configVersion>1</configVersion><name>dvs0</name>`+
		`<uplinkPortPolicy xsi:type="DVSNameArrayUplinkPortPolicy"><uplinkPortName>up1</uplinkPortName></uplinkPortPolicy>`+
		`<defaultPortConfig xsi:type="VMwareDVSPortSetting"><vlan xsi:type="VmwareDistributedVirtualSwitchVlanIdSpec"><inherited>false</inherited><vlanId>5</vlanId></vlan></defaultPortConfig>`+
		`<host><operation>add</operation><host type="HostSystem">%s</host><backing xsi:type="DistributedVirtualSwitchHostMemberPnicBacking"><pnicSpec><pnicDevice>vmnic2</pnicDevice></pnicSpec></backing></host>`+
		`<maxMtu>9000</maxMtu></spec></ReconfigureDvs_Task>`, xsi, dvs.Value, s.hosts["esx-01"].Value))
	random := rand.New(rand.NewSource(1))
	for range 400 {
		mutated := []byte(valid)
		for range 1 + random.Intn(4) {
			switch at := random.Intn(len(mutated)); random.Intn(3) {
			case 0:
				mutated[at] = byte(random.Intn(256))
			case 1:
				mutated = append(mutated[:at:at], mutated[at+1+random.Intn(min(20, len(mutated)-at)):]...)
			default:
				mutated = bytes.Join([][]byte{mutated[:at], mutated[at:min(at+30, len(mutated))], mutated[at:]}, nil)
			}
		}
		if status, text := s.postRaw(string(mutated)); status != http.StatusOK && status != http.StatusInternalServerError {
			t.Fatalf("status %d: %s", status, text)
		}
	}
	s.config(dvs)
}
