package main

import (
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
	all := must(event.NewManager(s.client.Client).QueryEvents(s.ctx, types.EventFilterSpec{}))(s)
	found := []types.BaseEvent{}
	for _, each := range all {
		if wanted(each) {
			found = append(found, each)
		}
	}
	return found
}
