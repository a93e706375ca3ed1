package main

import (
	"testing"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func (s *site) enterMaintenance(name string, timeout int32) error {
	s.Helper()
	return must(object.NewHostSystem(s.client.Client, s.hosts[name]).EnterMaintenanceMode(s.ctx, timeout, false, nil))(s).Wait(s.ctx)
}

func (s *site) exitMaintenance(name string) error {
	s.Helper()
	return must(object.NewHostSystem(s.client.Client, s.hosts[name]).ExitMaintenanceMode(s.ctx, 0))(s).Wait(s.ctx)
}

func (s *site) isInMaintenance(name string) bool {
	s.Helper()
	host := get[mo.HostSystem](s, s.hosts[name], "runtime", "summary.runtime")
	equal(s, "summary", host.Summary.Runtime.InMaintenanceMode, host.Runtime.InMaintenanceMode)
	return host.Runtime.InMaintenanceMode
}

func isEvent[E types.BaseEvent](event types.BaseEvent) bool {
	_, is := event.(E)
	return is
}

func TestMaintenanceMode(t *testing.T) {
	s := newSite(t)
	expectFault[*types.InvalidState](s, s.exitMaintenance("esx-01"), "")
	watch := s.watch(map[types.ManagedObjectReference][]string{s.hosts["esx-01"]: {"runtime.inMaintenanceMode"}})
	s.ok(s.enterMaintenance("esx-01", 0))
	equal(s, "in maintenance mode", s.isInMaintenance("esx-01"), true)
	equal(s, "watched", watch.until(s.hosts["esx-01"], "runtime.inMaintenanceMode").(bool), true)
	expectFault[*types.InvalidState](s, s.enterMaintenance("esx-01", 0), "")
	s.ok(s.exitMaintenance("esx-01"))
	equal(s, "in maintenance mode", s.isInMaintenance("esx-01"), false)
	equal(s, "entering", len(s.events(isEvent[*types.EnteringMaintenanceModeEvent])), 1)
	equal(s, "entered", len(s.events(isEvent[*types.EnteredMaintenanceModeEvent])), 1)
	equal(s, "left", len(s.events(isEvent[*types.ExitMaintenanceModeEvent])), 1)
}

func TestMaintenanceModeWaitsForMachines(t *testing.T) {
	s := newSite(t)
	machine := object.NewVirtualMachine(s.client.Client, s.createVMOn("VM Network", "esx-01"))
	s.ok(must(machine.PowerOn(s.ctx))(s).Wait(s.ctx))
	expectFault[*types.Timedout](s, s.enterMaintenance("esx-01", 1), "timed out")
	equal(s, "in maintenance mode", s.isInMaintenance("esx-01"), false)

	task := must(object.NewHostSystem(s.client.Client, s.hosts["esx-01"]).EnterMaintenanceMode(s.ctx, 0, false, nil))(s)
	time.Sleep(50 * time.Millisecond)
	equal(s, "still waiting", get[mo.Task](s, task.Reference(), "info").Info.State, types.TaskInfoStateRunning)
	// Others work meanwhile.
	s.ok(s.hostNetwork("esx-01").AddVirtualSwitch(s.ctx, "vSwitch1", nil))
	s.ok(must(machine.PowerOff(s.ctx))(s).Wait(s.ctx))
	s.ok(task.Wait(s.ctx))
	equal(s, "in maintenance mode", s.isInMaintenance("esx-01"), true)
	s.ok(s.exitMaintenance("esx-01"))

	s.ok(must(machine.PowerOn(s.ctx))(s).Wait(s.ctx))
	task = must(object.NewHostSystem(s.client.Client, s.hosts["esx-01"]).EnterMaintenanceMode(s.ctx, 0, false, nil))(s)
	must(methods.CancelTask(s.ctx, s.client, &types.CancelTask{This: task.Reference()}))(s)
	expectFault[*types.RequestCanceled](s, task.Wait(s.ctx), "")
	s.ok(must(machine.PowerOff(s.ctx))(s).Wait(s.ctx))
	time.Sleep(5 * pollTime)
	equal(s, "in maintenance mode", s.isInMaintenance("esx-01"), false)
	equal(s, "state", get[mo.Task](s, task.Reference(), "info").Info.State, types.TaskInfoStateError)
}

func TestReboot(t *testing.T) {
	s := newSite(t)
	clock, ref := s.holdTime(), s.hosts["esx-01"]
	reboot := func(force bool) error {
		task := must(methods.RebootHost_Task(s.ctx, s.client, &types.RebootHost_Task{This: ref, Force: force}))(s)
		_, err := s.wait(task.Returnval, nil)
		return err
	}
	state := func() types.HostSystemConnectionState {
		host := get[mo.HostSystem](s, ref, "runtime", "summary.runtime")
		equal(s, "summary", host.Summary.Runtime.ConnectionState, host.Runtime.ConnectionState)
		return host.Runtime.ConnectionState
	}
	expectFault[*types.InvalidState](s, reboot(false), "")
	machine := s.createVMOn("VM Network", "esx-01")
	s.ok(must(object.NewVirtualMachine(s.client.Client, machine).PowerOn(s.ctx))(s).Wait(s.ctx))
	system, manager, passthrough := s.hostNetwork("esx-01"), must(object.NewHostSystem(s.client.Client, ref).ConfigManager().VirtualNicManager(s.ctx))(s), s.passthrough("esx-01")
	before := *get[mo.HostSystem](s, ref, "runtime").Runtime.BootTime
	watch := s.watch(map[types.ManagedObjectReference][]string{ref: {"runtime.connectionState"}})
	s.ok(reboot(true))
	equal(s, "just after the task", state(), types.HostSystemConnectionStateConnected)
	clock.goOn()
	equal(s, "watched", watch.until(ref, "runtime.connectionState").(types.HostSystemConnectionState), types.HostSystemConnectionStateNotResponding)

	expectFault[*types.HostNotConnected](s, system.AddVirtualSwitch(s.ctx, "vSwitch1", nil), "disconnected")
	expectFault[*types.HostNotConnected](s, manager.SelectVnic(s.ctx, "vmotion", "vmk0"), "disconnected")
	_, err := methods.Refresh(s.ctx, s.client, &types.Refresh{This: passthrough})
	expectFault[*types.HostNotConnected](s, err, "disconnected")
	expectFault[*types.HostNotConnected](s, s.configurePassthrough("esx-01", sriovOf(portOfVmnic2, 4)), "disconnected")
	expectFault[*types.HostNotConnected](s, s.enterMaintenance("esx-01", 0), "disconnected")
	expectFault[*types.HostNotConnected](s, reboot(true), "disconnected")

	clock.goOn()
	equal(s, "watched", watch.until(ref, "runtime.connectionState").(types.HostSystemConnectionState), types.HostSystemConnectionStateConnected)
	equal(s, "a new boot time", get[mo.HostSystem](s, ref, "runtime").Runtime.BootTime.After(before), true)
	equal(s, "VM", get[mo.VirtualMachine](s, machine, "runtime").Runtime.PowerState, types.VirtualMachinePowerStatePoweredOff)
	s.ok(system.AddVirtualSwitch(s.ctx, "vSwitch1", nil))
	equal(s, "lost", len(s.events(isEvent[*types.HostConnectionLostEvent])), 1)

	// Maintenance mode survives.
	s.ok(s.enterMaintenance("esx-01", 0))
	s.ok(reboot(false))
	clock.goOn()
	equal(s, "it goes", state(), types.HostSystemConnectionStateNotResponding)
	clock.goOn()
	equal(s, "it comes", state(), types.HostSystemConnectionStateConnected)
	equal(s, "in maintenance mode", s.isInMaintenance("esx-01"), true)
}

// The last VM may be off before the waiting task looks whether it was cancelled.
func TestACancelledTaskChangesNothing(t *testing.T) {
	s := newSite(t)
	host := s.hosts["esx-01"]
	ctx, task := newContext(s.server.network.registry), &simulator.Task{}
	task.Info = types.TaskInfo{Name: "EnterMaintenanceMode_Task", Entity: &host, Cancelled: true}
	ctx.Map.Put(task)
	over := func(*simulator.Context, *simulator.Task) types.BaseMethodFault { return nil }
	_, fault := s.server.network.waitAndPerform(ctx, task, over, func(*simulator.Context) (types.AnyType, types.BaseMethodFault) {
		t.Error("it was done")
		return nil, nil
	})
	isFault[*types.RequestCanceled](s, "cancelled", fault)
}
