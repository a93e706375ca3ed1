package main

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

const portOfVmnic2, portOfVmnic3, accelerator, bridgeDevice = "0000:3b:00.0", "0000:5e:00.0", "0000:d8:00.0", "0000:00:1f.0"

func (s *site) passthrough(host string) types.ManagedObjectReference {
	s.Helper()
	return *get[mo.HostSystem](s, s.hosts[host], "configManager.pciPassthruSystem").ConfigManager.PciPassthruSystem
}

func (s *site) configurePassthrough(host string, configs ...types.BaseHostPciPassthruConfig) error {
	s.Helper()
	_, err := methods.UpdatePassthruConfig(s.ctx, s.client, &types.UpdatePassthruConfig{This: s.passthrough(host), Config: configs})
	return err
}

func sriovOf(id string, count int32) *types.HostSriovConfig {
	return &types.HostSriovConfig{
		HostPciPassthruConfig: types.HostPciPassthruConfig{Id: id}, SriovEnabled: count > 0, NumVirtualFunction: count,
	}
}

// pciInfo reads a device from the system, and checks that the host tells the same.
func (s *site) pciInfo(host, id string) types.BaseHostPciPassthruInfo {
	s.Helper()
	system := get[mo.HostPciPassthruSystem](s, s.passthrough(host), "pciPassthruInfo").PciPassthruInfo
	config := get[mo.HostSystem](s, s.hosts[host], "config.pciPassthruInfo").Config.PciPassthruInfo
	equal(s, "devices of the host's configuration", len(config), len(system))
	ids := func(infos []types.BaseHostPciPassthruInfo) []string {
		var ids []string
		for _, info := range infos {
			ids = append(ids, info.GetHostPciPassthruInfo().Id)
		}
		return ids
	}
	equal(s, "sorted", slices.IsSorted(ids(system)), true)
	equalList(s, "ids", ids(config), ids(system))
	for _, info := range system {
		if info.GetHostPciPassthruInfo().Id == id {
			return info
		}
	}
	s.Fatalf("no device %s", id)
	return nil
}

func (s *site) sriov(host, id string) *types.HostSriovInfo {
	s.Helper()
	return s.pciInfo(host, id).(*types.HostSriovInfo)
}

func (s *site) needsReboot(host string) bool {
	s.Helper()
	return get[mo.HostSystem](s, s.hosts[host], "summary.rebootRequired").Summary.RebootRequired
}

func (s *site) refresh(host string) {
	s.Helper()
	must(methods.Refresh(s.ctx, s.client, &types.Refresh{This: s.passthrough(host)}))(s)
}

// becomesTrue waits for what vCenter shows late.
func (s *site) becomesTrue(what string, is func() bool) {
	s.Helper()
	for deadline := time.Now().Add(5 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.Fatalf("%s: not after 5 s", what)
		}
	}
}

func TestDevicesOfInventory(t *testing.T) {
	s := newSite(t)
	host := get[mo.HostSystem](s, s.hosts["esx-01"], "hardware.pciDevice", "capability", "config.network.pnic")
	ids := []string{}
	for _, device := range host.Hardware.PciDevice {
		ids = append(ids, device.Id)
	}
	equalList(s, "devices", ids, []string{bridgeDevice, "0000:18:00.0", "0000:18:00.1", portOfVmnic2, portOfVmnic3, accelerator})
	equal(s, "name", host.Hardware.PciDevice[5].DeviceName, "Accelerator")
	equal(s, "vendor", host.Hardware.PciDevice[3].VendorId, -32634)
	equal(s, "bus", host.Hardware.PciDevice[3].Bus, 0x3b)
	for _, nic := range host.Config.Network.Pnic {
		equal(s, nic.Device+" is a device", slices.Contains(ids, nic.Pci), true)
	}
	equal(s, "rebind", *host.Capability.DeviceRebindWithoutRebootSupported, false)
	equal(s, "capable", s.sriov("esx-01", portOfVmnic2).SriovCapable, true)
	equal(s, "functions", s.sriov("esx-01", portOfVmnic2).MaxVirtualFunctionSupported, 64)
	_, isSriov := s.pciInfo("esx-01", "0000:18:00.0").(*types.HostSriovInfo)
	equal(s, "a port without SR-IOV has the base type", isSriov, false)
	equal(s, "accelerator", s.pciInfo("esx-01", accelerator).GetHostPciPassthruInfo().PassthruCapable, true)
	equal(s, "bridge", s.pciInfo("esx-01", bridgeDevice).GetHostPciPassthruInfo().PassthruCapable, false)
}

func TestSriovTakesEffectAfterReboot(t *testing.T) {
	s := newSite(t)
	clock := s.holdTime()
	s.ok(s.configurePassthrough("esx-01", sriovOf(portOfVmnic2, 4), sriovOf(portOfVmnic3, 2)))
	equal(s, "vCenter is late", s.needsReboot("esx-01"), false)
	equal(s, "vCenter is late", s.sriov("esx-01", portOfVmnic2).SriovEnabled, false)
	s.refresh("esx-01")
	info := s.sriov("esx-01", portOfVmnic2)
	equal(s, "requested", fmt.Sprint(info.SriovEnabled, info.NumVirtualFunctionRequested), "true 4")
	equal(s, "active", fmt.Sprint(info.SriovActive, info.NumVirtualFunction), "false 0")
	equal(s, "that a reboot is required comes when it comes", s.needsReboot("esx-01"), false)
	clock.letGo()
	s.becomesTrue("a reboot is required", func() bool { return s.needsReboot("esx-01") })
	equal(s, "of the other host", s.needsReboot("esx-02"), false)
	devices := len(get[mo.HostSystem](s, s.hosts["esx-01"], "hardware.pciDevice").Hardware.PciDevice)

	s.reboot("esx-01")
	info = s.sriov("esx-01", portOfVmnic2)
	equal(s, "active", fmt.Sprint(info.SriovActive, info.NumVirtualFunction), "true 4")
	equal(s, "a reboot is required", s.needsReboot("esx-01"), false)
	hardware := get[mo.HostSystem](s, s.hosts["esx-01"], "hardware.pciDevice").Hardware.PciDevice
	equal(s, "devices", len(hardware), devices+6)
	function := s.pciInfo("esx-01", "0000:3c:00.3").GetHostPciPassthruInfo()
	equal(s, "function", fmt.Sprint(function.PassthruCapable, function.PassthruActive), "true true")
	equal(s, "its device", slices.ContainsFunc(hardware, func(device types.HostPciDevice) bool {
		return device.Id == "0000:3c:00.3" && device.DeviceName == "Ethernet Adaptive Virtual Function"
	}), true)

	// Off again: the functions stay until the next reboot.
	s.ok(s.configurePassthrough("esx-01", sriovOf(portOfVmnic2, 0)))
	s.becomesTrue("a reboot is required", func() bool { return s.needsReboot("esx-01") })
	equal(s, "functions", s.sriov("esx-01", portOfVmnic2).NumVirtualFunction, 4)
	// Back to what is active: nothing to reboot for.
	s.ok(s.configurePassthrough("esx-01", sriovOf(portOfVmnic2, 4)))
	s.becomesTrue("no reboot is required", func() bool { return !s.needsReboot("esx-01") })
	s.ok(s.configurePassthrough("esx-01", sriovOf(portOfVmnic2, 0)))
	s.reboot("esx-01")
	equal(s, "functions", s.sriov("esx-01", portOfVmnic2).NumVirtualFunction, 0)
	equal(s, "devices", len(get[mo.HostSystem](s, s.hosts["esx-01"], "hardware.pciDevice").Hardware.PciDevice), devices+2)
}

func TestPassthroughIsChecked(t *testing.T) {
	s := newSite(t)
	both := sriovOf(portOfVmnic2, 4)
	both.PassthruEnabled = true
	enabledWithout := sriovOf(portOfVmnic2, 0)
	enabledWithout.SriovEnabled = true
	disabledWith := sriovOf(portOfVmnic2, 4)
	disabledWith.SriovEnabled = false
	for name, configs := range map[string][]types.BaseHostPciPassthruConfig{
		"no such device":           {sriovOf("0000:ff:00.0", 4)},
		"not capable":              {sriovOf("0000:18:00.0", 4)},
		"no port at all":           {sriovOf(accelerator, 1)},
		"more than it has":         {sriovOf(portOfVmnic3, 17)},
		"fewer than none":          {sriovOf(portOfVmnic3, -1)},
		"on without functions":     {enabledWithout},
		"off with functions":       {disabledWith},
		"passthrough and SR-IOV":   {both},
		"no passthrough":           {&types.HostPciPassthruConfig{Id: bridgeDevice, PassthruEnabled: true}},
		"twice":                    {sriovOf(portOfVmnic2, 4), sriovOf(portOfVmnic2, 4)},
		"one of two, nothing done": {sriovOf(portOfVmnic2, 4), sriovOf(portOfVmnic3, 17)},
	} {
		t.Log(name)
		expectFault[*types.HostConfigFault](s, s.configurePassthrough("esx-01", configs...), "")
	}
	s.refresh("esx-01")
	equal(s, "requested", s.sriov("esx-01", portOfVmnic2).NumVirtualFunctionRequested, 0)
	s.ok(s.configurePassthrough("esx-01", sriovOf(portOfVmnic3, 16), &types.HostPciPassthruConfig{Id: accelerator, PassthruEnabled: true, ApplyNow: types.NewBool(true)}))
	s.refresh("esx-01")
	info := s.pciInfo("esx-01", accelerator).GetHostPciPassthruInfo()
	equal(s, "enabled and active", fmt.Sprint(info.PassthruEnabled, info.PassthruActive), "true false")
	expectFault[*types.HostConfigFault](s, s.configurePassthrough("esx-01", &types.HostPciPassthruConfig{Id: portOfVmnic3, PassthruEnabled: true}), "")
	s.reboot("esx-01")
	equal(s, "active", s.pciInfo("esx-01", accelerator).GetHostPciPassthruInfo().PassthruActive, true)
}

func TestSriovPools(t *testing.T) {
	s := newSite(t)
	pools := func() []string {
		found := []string{}
		for _, pool := range get[mo.HostPciPassthruSystem](s, s.passthrough("esx-01"), "sriovDevicePoolInfo").SriovDevicePoolInfo {
			network := pool.(*types.HostSriovNetworkDevicePoolInfo)
			for _, nic := range network.Pnic {
				found = append(found, network.SwitchKey+network.SwitchUuid+" "+nic.Device)
			}
		}
		return found
	}
	s.ok(s.configurePassthrough("esx-01", sriovOf(portOfVmnic2, 4), sriovOf(portOfVmnic3, 4)))
	s.ok(s.hostNetwork("esx-01").AddVirtualSwitch(s.ctx, "vSwitch1", standardSpec("vmnic1", "vmnic2")))
	equalList(s, "before the reboot", pools(), []string{})
	s.reboot("esx-01")
	equalList(s, "after it", pools(), []string{"key-vim.host.VirtualSwitch-vSwitch1 vmnic2"})
	dvs := s.newSwitch("dvs0")
	s.ok(s.changeMembers(dvs, members("add", s.hosts["esx-01"], "vmnic3")))
	equalList(s, "with a distributed switch", pools(), []string{"key-vim.host.VirtualSwitch-vSwitch1 vmnic2", s.config(dvs).Uuid + " vmnic3"})
}

func TestPassthroughOverTheWire(t *testing.T) {
	s := newSite(t)
	call := func(config string) string {
		return fmt.Sprintf(envelope, fmt.Sprintf(`<UpdatePassthruConfig xmlns="urn:vim25" %s><_this type="HostPciPassthruSystem">%s</_this>%s</UpdatePassthruConfig>`, xsi, s.passthrough("esx-01").Value, config))
	}
	s.expectRefused("no type", call(`<config><id>0000:3b:00.0</id><passthruEnabled>false</passthruEnabled></config>`), "InvalidRequest", "config is polymorphic")
	s.expectRefused("no passthruEnabled", call(`<config xsi:type="HostSriovConfig"><id>0000:3b:00.0</id><sriovEnabled>true</sriovEnabled><numVirtualFunction>4</numVirtualFunction></config>`), "InvalidRequest", "passthruEnabled")
	s.expectRefused("wrong order", call(`<config xsi:type="HostSriovConfig"><id>0000:3b:00.0</id><sriovEnabled>true</sriovEnabled><numVirtualFunction>4</numVirtualFunction><passthruEnabled>false</passthruEnabled></config>`), "InvalidRequest", "Unexpected element tag")
	s.expectRefused("too many", call(`<config xsi:type="HostSriovConfig"><id>0000:3b:00.0</id><passthruEnabled>false</passthruEnabled><sriovEnabled>true</sriovEnabled><numVirtualFunction>65</numVirtualFunction></config>`), "HostConfigFault", "")
	status, text := s.postRaw(call(`<config xsi:type="HostSriovConfig"><id>0000:3b:00.0</id><passthruEnabled>false</passthruEnabled><sriovEnabled>true</sriovEnabled><numVirtualFunction>64</numVirtualFunction></config>`))
	equal(s, "status of "+text, status, http.StatusOK)
	s.refresh("esx-01")
	equal(s, "requested", s.sriov("esx-01", portOfVmnic2).NumVirtualFunctionRequested, 64)
}

func TestAddresses(t *testing.T) {
	for _, text := range []string{"0000:3b:00.0", "0001:ff:1f.7"} {
		if at, err := parseAddress(text); err != nil || at.String() != text {
			t.Errorf("%s: %s %v", text, at, err)
		}
	}
	for _, text := range []string{"", "3b:00.0", "0000:3b:20.0", "0000:3b:00.8", "0000:3B:00.0", "0000:3b:00.0 ", "0000:3b:0.0"} {
		if at, err := parseAddress(text); err == nil {
			t.Errorf("%q: %s", text, at)
		}
	}
	port, _ := parseAddress("0000:3b:00.1")
	functions := functionAddresses(port, 10)
	if functions[0].String() != "0000:3d:00.0" || functions[9].String() != "0000:3d:01.1" {
		t.Error(functions)
	}
}

// reboot takes a host out of service, reboots it and waits for it.
func (s *site) reboot(name string) {
	s.Helper()
	host := object.NewHostSystem(s.client.Client, s.hosts[name])
	before := *get[mo.HostSystem](s, s.hosts[name], "runtime").Runtime.BootTime
	s.ok(must(host.EnterMaintenanceMode(s.ctx, 0, false, nil))(s).Wait(s.ctx))
	task := must(methods.RebootHost_Task(s.ctx, s.client, &types.RebootHost_Task{This: s.hosts[name]}))(s)
	must(s.wait(task.Returnval, nil))(s)
	s.becomesTrue("it is back", func() bool {
		runtime := get[mo.HostSystem](s, s.hosts[name], "runtime").Runtime
		return runtime.ConnectionState == types.HostSystemConnectionStateConnected && runtime.BootTime.After(before)
	})
	s.ok(must(host.ExitMaintenanceMode(s.ctx, 0))(s).Wait(s.ctx))
}
