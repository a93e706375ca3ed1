package main

import (
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func TestCreateAndDestroyMachine(t *testing.T) {
	s := newMachineSite(t)
	// Only esx-01 is a member of the switch: the machine goes there, and can't go elsewhere.
	placed := must(s.create("placed", types.ManagedObjectReference{}, s.newCard(-1)))(s.site)
	equal(s.site, "host", *get[mo.VirtualMachine](s.site, placed, "runtime.host").Runtime.Host, s.hosts["esx-01"])
	_, err := s.create("misplaced", s.hosts["esx-02"], s.newCard(-1))
	expectDevice[*types.InvalidDeviceBacking](s, err, 0, "device.backing.port.switchUuid")
	equal(s.site, "ports in use", len(s.connected()), 2)
	s.ok(s.destroy(placed))
	equal(s.site, "ports in use", len(s.connected()), 1)
	disks := must(s.create("plain", s.hosts["esx-02"]))(s.site)
	s.ok(s.destroy(disks))
}

func TestPowerOnSeveral(t *testing.T) {
	s := newMachineSite(t)
	datacenter := object.NewDatacenter(s.client.Client, s.server.network.registry.Any("Datacenter").Reference())
	s.ok(s.change("add", newPassthrough(-1, lent)))
	task, err := datacenter.PowerOnVM(s.ctx, []types.ManagedObjectReference{s.machine})
	s.ok(err)
	info, err := task.WaitForResult(s.ctx, nil)
	s.ok(err)
	attempted := info.Result.(types.ClusterPowerOnVmResult).Attempted
	_, err = s.wait(*attempted[0].Task, nil)
	expectFault[*types.GenericVmConfigFault](s.site, err, "Invalid memory setting")
}
