package main

import (
	"cmp"
	"slices"

	"github.com/vmware/govmomi/event"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

func (s *site) host(name string) *simulator.HostSystem {
	return s.server.service.Context.Map.Get(s.hosts[name]).(*simulator.HostSystem)
}

// events reads the events of the vCenter that a test asks for, oldest first.
func (s *site) events(wanted func(types.BaseEvent) bool) []types.BaseEvent {
	s.Helper()
	all := must(event.NewManager(s.client.Client).QueryEvents(s.ctx, types.EventFilterSpec{MaxCount: 1000}))(s)
	slices.SortFunc(all, func(a, b types.BaseEvent) int { return cmp.Compare(a.GetEvent().Key, b.GetEvent().Key) })
	found := []types.BaseEvent{}
	for _, each := range all {
		if wanted(each) {
			found = append(found, each)
		}
	}
	return found
}
