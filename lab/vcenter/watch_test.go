package main

import (
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// watcher follows properties as monitoring does: WaitForUpdatesEx on a collector of its own.
type watcher struct {
	*site
	collector types.ManagedObjectReference
	version   string
}

func (s *site) watch(properties map[types.ManagedObjectReference][]string) *watcher {
	s.Helper()
	created, err := methods.CreatePropertyCollector(s.ctx, s.client, &types.CreatePropertyCollector{This: s.client.ServiceContent.PropertyCollector})
	s.ok(err)
	w := &watcher{site: s, collector: created.Returnval}
	for ref, paths := range properties {
		_, err := methods.CreateFilter(s.ctx, s.client, &types.CreateFilter{This: w.collector, Spec: types.PropertyFilterSpec{
			PropSet:   []types.PropertySpec{{Type: ref.Type, PathSet: paths}},
			ObjectSet: []types.ObjectSpec{{Obj: ref}},
		}})
		s.ok(err)
	}
	w.next()
	return w
}

// next waits for a set of changes and returns which property of which object changed.
func (w *watcher) next() map[types.ManagedObjectReference]map[string]types.AnyType {
	w.Helper()
	seconds := int32(5)
	answer, err := methods.WaitForUpdatesEx(w.ctx, w.client, &types.WaitForUpdatesEx{
		This: w.collector, Version: w.version, Options: &types.WaitOptions{MaxWaitSeconds: &seconds},
	})
	w.ok(err)
	changed := map[types.ManagedObjectReference]map[string]types.AnyType{}
	if answer.Returnval == nil {
		return changed
	}
	w.version = answer.Returnval.Version
	for _, filter := range answer.Returnval.FilterSet {
		for _, object := range filter.ObjectSet {
			if changed[object.Obj] == nil {
				changed[object.Obj] = map[string]types.AnyType{}
			}
			for _, change := range object.ChangeSet {
				changed[object.Obj][change.Name] = change.Val
			}
		}
	}
	return changed
}

// until collects changes until one of these properties changed, or nothing more comes.
func (w *watcher) until(ref types.ManagedObjectReference, path string) types.AnyType {
	w.Helper()
	for {
		changed := w.next()
		if len(changed) == 0 {
			w.Fatalf("%s of %s: no update", path, ref)
		}
		if value, has := changed[ref][path]; has {
			return value
		}
	}
}

func TestWatchersSeeChanges(t *testing.T) {
	s := newSite(t)
	dvs := s.newSwitch("dvs0")
	group := s.newGroup(dvs, "app", nil)
	esx01 := s.hosts["esx-01"]
	watch := func(ref types.ManagedObjectReference, path string) *watcher {
		return s.watch(map[types.ManagedObjectReference][]string{ref: {path}})
	}

	config, hostNetwork, portGroups := watch(dvs, "config"), watch(esx01, "config.network"), watch(dvs, "portgroup")
	s.ok(s.changeMembers(dvs, members("add", esx01, "vmnic2")))
	equal(s, "members", len(config.until(dvs, "config").(types.VMwareDVSConfigInfo).Host), 1)
	equal(s, "proxy switches", len(hostNetwork.until(esx01, "config.network").(types.HostNetworkInfo).ProxySwitch), 1)

	s.newGroup(dvs, "web", nil)
	for {
		if refs := portGroups.until(dvs, "portgroup").(types.ArrayOfManagedObjectReference).ManagedObjectReference; len(refs) == 3 {
			break
		}
	}
	groupConfig, children := watch(group, "config"), watch(s.folder.Reference(), "childEntity")
	s.ok(s.reconfigureGroup(group, func(spec *types.DVPortgroupConfigSpec) { spec.NumPorts = 5 }))
	equal(s, "ports", groupConfig.until(group, "config").(types.DVPortgroupConfigInfo).NumPorts, 5)
	s.ok(s.destroy(group))
	equal(s, "children", len(children.until(s.folder.Reference(), "childEntity").(types.ArrayOfManagedObjectReference).ManagedObjectReference), 4)
}

func TestTasksTakeTheirTime(t *testing.T) {
	s := newSite(t)
	spec := twoUplinks("dvs0")
	answer, err := methods.CreateDVS_Task(s.ctx, s.client, &types.CreateDVS_Task{This: s.folder.Reference(), Spec: types.DVSCreateSpec{ConfigSpec: &spec}})
	s.ok(err)
	result, err := s.wait(answer.Returnval, nil)
	s.ok(err)
	task := get[mo.Task](s, answer.Returnval, "info")
	equal(s, "state", task.Info.State, types.TaskInfoStateSuccess)
	equal(s, "name", task.Info.Name, "CreateDVS_Task")
	equal(s, "entity", *task.Info.Entity, s.folder.Reference())
	equal(s, "result", task.Info.Result.(types.ManagedObjectReference), result.(types.ManagedObjectReference))
	equal(s, "user", task.Info.Reason.(*types.TaskReasonUser).UserName, "root")
	equal(s, "it took time", task.Info.CompleteTime.Sub(task.Info.QueueTime) >= s.server.network.taskTime, true)
}
