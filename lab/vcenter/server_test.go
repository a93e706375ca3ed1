// A server per test, and govmomi's own client against it: what every test of this program starts with.

package main

import (
	"context"
	"crypto/tls"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/object"
	collect "github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

var testInventory = Inventory{Datacenter: "dc1", Cluster: "c1", Hosts: []InventoryHost{
	{Name: "esx-01", NICs: testNICs, PCIDevices: testDevices},
	{Name: "esx-02", NICs: testNICs, PCIDevices: testDevices},
}}

// The last two NICs are SR-IOV capable.
var testNICs = []NIC{
	{Device: "vmnic0", PCI: "0000:18:00.0"},
	{Device: "vmnic1", PCI: "0000:18:00.1"},
	{Device: "vmnic2", PCI: "0000:3b:00.0", SRIOV: &SRIOV{MaxVirtualFunctions: 64}},
	{Device: "vmnic3", PCI: "0000:5e:00.0", SRIOV: &SRIOV{MaxVirtualFunctions: 16}},
}

var testDevices = []PCIDevice{
	{PCI: "0000:d8:00.0", Name: "Accelerator", Passthrough: true},
	{PCI: "0000:00:1f.0", Name: "LPC Controller"},
}

// site is a running vCenter and a client that is logged in.
type site struct {
	*testing.T
	ctx    context.Context
	server *Server
	client *govmomi.Client
	folder *object.Folder
	hosts  map[string]types.ManagedObjectReference
}

func newServer(t *testing.T) *Server {
	t.Helper()
	server, err := Start(Options{Listen: "127.0.0.1:0", Inventory: testInventory, User: "root", Password: "secret", TaskTime: time.Millisecond,
		RebootTime: 100 * time.Millisecond, SettleTime: 50 * time.Millisecond, Control: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

func login(ctx context.Context, server *Server, password string) (*govmomi.Client, error) {
	address := *server.URL
	address.User = url.UserPassword("root", password)
	return govmomi.NewClient(ctx, &address, true)
}

func newSite(t *testing.T) *site {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	server := newServer(t)
	client, err := login(ctx, server, "secret")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{T: t, ctx: ctx, server: server, client: client, hosts: map[string]types.ManagedObjectReference{}}
	registry := server.service.Context.Map
	for _, host := range registry.All("HostSystem") {
		s.hosts[host.Entity().Name] = host.Reference()
	}
	datacenter := object.NewDatacenter(client.Client, registry.Any("Datacenter").Reference())
	folders, err := datacenter.Folders(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s.folder = folders.NetworkFolder
	return s
}

// get reads properties through the property collector.
func get[T any](s *site, ref types.ManagedObjectReference, paths ...string) T {
	s.Helper()
	var found T
	if err := collect.DefaultCollector(s.client.Client).RetrieveOne(s.ctx, ref, paths, &found); err != nil {
		s.Fatal(err)
	}
	return found
}

func (s *site) config(ref types.ManagedObjectReference) *types.VMwareDVSConfigInfo {
	s.Helper()
	return get[mo.VmwareDistributedVirtualSwitch](s, ref, "config").Config.(*types.VMwareDVSConfigInfo)
}

func (s *site) group(ref types.ManagedObjectReference) types.DVPortgroupConfigInfo {
	s.Helper()
	return get[mo.DistributedVirtualPortgroup](s, ref, "config").Config
}

// wait ends with the task's result, or the fault that it ended in.
func (s *site) wait(task types.ManagedObjectReference, err error) (types.AnyType, error) {
	s.Helper()
	if err != nil {
		return nil, err
	}
	info, err := object.NewTask(s.client.Client, task).WaitForResult(s.ctx, nil)
	if err != nil {
		return nil, err
	}
	return info.Result, nil
}

func (s *site) createSwitch(spec types.VMwareDVSConfigSpec) (types.ManagedObjectReference, error) {
	s.Helper()
	answer, err := methods.CreateDVS_Task(s.ctx, s.client, &types.CreateDVS_Task{
		This: s.folder.Reference(), Spec: types.DVSCreateSpec{ConfigSpec: &spec},
	})
	if err != nil {
		return types.ManagedObjectReference{}, err
	}
	result, err := s.wait(answer.Returnval, nil)
	if err != nil {
		return types.ManagedObjectReference{}, err
	}
	return result.(types.ManagedObjectReference), nil
}

// newSwitch has two uplinks and no member.
func (s *site) newSwitch(name string) types.ManagedObjectReference {
	s.Helper()
	return must(s.createSwitch(twoUplinks(name)))(s)
}

func twoUplinks(name string) types.VMwareDVSConfigSpec {
	var spec types.VMwareDVSConfigSpec
	spec.Name = name
	spec.UplinkPortPolicy = &types.DVSNameArrayUplinkPortPolicy{UplinkPortName: []string{"up1", "up2"}}
	return spec
}

// reconfigure changes a switch from its present state.
func (s *site) reconfigure(ref types.ManagedObjectReference, change func(*types.VMwareDVSConfigSpec)) error {
	s.Helper()
	var spec types.VMwareDVSConfigSpec
	spec.ConfigVersion = s.config(ref).ConfigVersion
	change(&spec)
	answer, err := methods.ReconfigureDvs_Task(s.ctx, s.client, &types.ReconfigureDvs_Task{This: ref, Spec: &spec})
	if err != nil {
		return err
	}
	_, err = s.wait(answer.Returnval, nil)
	return err
}

func (s *site) createGroup(dvs types.ManagedObjectReference, spec types.DVPortgroupConfigSpec) (types.ManagedObjectReference, error) {
	s.Helper()
	answer, err := methods.CreateDVPortgroup_Task(s.ctx, s.client, &types.CreateDVPortgroup_Task{This: dvs, Spec: spec})
	if err != nil {
		return types.ManagedObjectReference{}, err
	}
	result, err := s.wait(answer.Returnval, nil)
	if err != nil {
		return types.ManagedObjectReference{}, err
	}
	return result.(types.ManagedObjectReference), nil
}

func (s *site) newGroup(dvs types.ManagedObjectReference, name string, setting *types.VMwareDVSPortSetting) types.ManagedObjectReference {
	s.Helper()
	spec := types.DVPortgroupConfigSpec{Name: name}
	if setting != nil {
		spec.DefaultPortConfig = setting
	}
	return must(s.createGroup(dvs, spec))(s)
}

func (s *site) reconfigureGroup(ref types.ManagedObjectReference, change func(*types.DVPortgroupConfigSpec)) error {
	s.Helper()
	spec := types.DVPortgroupConfigSpec{ConfigVersion: s.group(ref).ConfigVersion}
	change(&spec)
	answer, err := methods.ReconfigureDVPortgroup_Task(s.ctx, s.client, &types.ReconfigureDVPortgroup_Task{This: ref, Spec: spec})
	if err != nil {
		return err
	}
	_, err = s.wait(answer.Returnval, nil)
	return err
}

func (s *site) destroy(ref types.ManagedObjectReference) error {
	s.Helper()
	answer, err := methods.Destroy_Task(s.ctx, s.client, &types.Destroy_Task{This: ref})
	if err != nil {
		return err
	}
	_, err = s.wait(answer.Returnval, nil)
	return err
}

// must ends the test at an error that it does not expect.
func must[T any](value T, err error) func(*site) T {
	return func(s *site) T {
		s.Helper()
		s.ok(err)
		return value
	}
}

func (s *site) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// expectFault checks the fault's type, and that its sentence, which users read, contains a text.
func expectFault[F types.BaseMethodFault](s *site, err error, sentence string) F {
	s.Helper()
	var found F
	if err == nil {
		s.Fatalf("no fault, want %T", found)
	}
	if _, is := fault.As(err, &found); !is {
		s.Fatalf("fault %v, want %T", err, found)
	}
	if !strings.Contains(err.Error(), sentence) {
		s.Errorf("the fault says %q, want %q in it", err, sentence)
	}
	return found
}

// names lists everything in the network folder.
func (s *site) names() []string {
	s.Helper()
	children, err := s.folder.Children(s.ctx)
	s.ok(err)
	names := []string{}
	for _, child := range children {
		name, err := object.NewCommon(s.client.Client, child.Reference()).ObjectName(s.ctx)
		s.ok(err)
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func equal[T comparable](s *site, what string, found, wanted T) {
	s.Helper()
	if found != wanted {
		s.Errorf("%s: %v, want %v", what, found, wanted)
	}
}

func equalList[T comparable](s *site, what string, found, wanted []T) {
	s.Helper()
	if !slices.Equal(found, wanted) {
		s.Errorf("%s: %v, want %v", what, found, wanted)
	}
}

func TestLogin(t *testing.T) {
	ctx := context.Background()
	server := newServer(t)
	if _, err := login(ctx, server, "secret"); err != nil {
		t.Fatal(err)
	}
	s := &site{T: t, ctx: ctx, server: server}
	_, err := login(ctx, server, "guess")
	expectFault[*types.InvalidLogin](s, err, "incorrect user name or password")
}

func TestNoSessionNoMethod(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	s.ok(session.NewManager(s.client.Client).Logout(s.ctx))
	_, err := methods.Destroy_Task(s.ctx, s.client, &types.Destroy_Task{This: dvs})
	expectFault[*types.NotAuthenticated](s, err, "")
	_, err = methods.LoginByToken(s.ctx, s.client, &types.LoginByToken{This: *s.client.ServiceContent.SessionManager})
	expectFault[*types.InvalidLogin](s, err, "")
}

func TestInventory(t *testing.T) {
	s := newSite(t)
	host := get[mo.HostSystem](s, s.hosts["esx-02"], "config.network", "configManager.networkSystem")
	equal(s, "NICs", len(host.Config.Network.Pnic), 4)
	equal(s, "device", host.Config.Network.Pnic[2].Device, "vmnic2")
	equal(s, "PCI address", host.Config.Network.Pnic[2].Pci, "0000:3b:00.0")
	equalList(s, "NICs of vSwitch0", host.Config.Network.Vswitch[0].Pnic, []string{"key-vim.host.PhysicalNic-vmnic0"})
	system := get[mo.HostNetworkSystem](s, *host.ConfigManager.NetworkSystem, "networkInfo")
	equal(s, "NICs of networkInfo", len(system.NetworkInfo.Pnic), 4)
}

func TestInventoryIsChecked(t *testing.T) {
	for text, wanted := range map[string]string{
		`{"cluster":"c","hosts":[]}`: "must have names",
		`{"datacenter":"d","cluster":"c","hosts":[{"name":"a"},{"name":"a"}]}`:                                                                            `host "a"`,
		`{"datacenter":"d","cluster":"c","hosts":[{"name":"a","nics":[{"device":"vmnic0"}]}]}`:                                                            `NIC "vmnic0"`,
		`{"datacenter":"d","cluster":"c","hosts":[{"name":"a","nics":[{"device":"vmnic0","pci":"18:0"}]}]}`:                                               `"18:0"`,
		`{"datacenter":"d","cluster":"c","hosts":[{"name":"a","nics":[{"device":"vmnic0","pci":"0000:18:00.0"}],"pciDevices":[{"pci":"0000:18:00.0"}]}]}`: "two devices",
		`{"datacenter":"d","cluster":"c","hosts":[{"name":"a","nics":[{"device":"vmnic0","pci":"0000:18:00.0","sriov":{"maxVirtualFunctions":0}}]}]}`:     "maxVirtualFunctions is 0",
		`{`: "unexpected end",
	} {
		file := filepath.Join(t.TempDir(), "inventory.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readInventory(file); err == nil || !strings.Contains(err.Error(), wanted) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v, want %q and the file's name", text, err, wanted)
		}
	}
}

// The client's own check of a pinned fingerprint must accept what the state file says.
func TestFingerprints(t *testing.T) {
	server := newServer(t)
	connection, err := tls.Dial("tcp", server.URL.Host, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	leaf := connection.ConnectionState().PeerCertificates[0]
	if found := soap.ThumbprintSHA1(leaf); found != server.Certificate.SHA1 {
		t.Errorf("SHA-1 %s, served %s", server.Certificate.SHA1, found)
	}
	if found := soap.ThumbprintSHA256(leaf); found != server.Certificate.SHA256 {
		t.Errorf("SHA-256 %s, served %s", server.Certificate.SHA256, found)
	}
}

func TestRunWritesStateAndEnds(t *testing.T) {
	folder := t.TempDir()
	inventory, state := filepath.Join(folder, "inventory.json"), filepath.Join(folder, "state.json")
	if err := os.WriteFile(inventory, []byte(`{"datacenter":"dc1","cluster":"c1","hosts":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"--inventory", inventory, "--state-file", state, "--control", "127.0.0.1:0"}
	if err := run(context.Background(), args); err == nil || !strings.Contains(err.Error(), "VCENTER_PASSWORD") {
		t.Errorf("without credentials: %v", err)
	}
	t.Setenv("VCENTER_USER", "root")
	t.Setenv("VCENTER_PASSWORD", "secret")
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, args) }()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if text, err := os.ReadFile(state); err == nil {
			for _, wanted := range []string{`"url":"https://127\.0\.0\.1:`, `"pid":\d`, `"control":"http://127\.0\.0\.1:\d`,
				`"sha1":"[0-9A-F]{2}(:[0-9A-F]{2}){19}"`, `"sha256":"[0-9A-F]{2}(:[0-9A-F]{2}){31}"`} {
				if !regexp.MustCompile(wanted).Match(text) {
					t.Errorf("state file: %s, want %s", text, wanted)
				}
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no state file")
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
