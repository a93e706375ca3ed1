package main

import (
	"slices"
	"testing"

	"github.com/vmware/govmomi/alarm"
	"github.com/vmware/govmomi/event"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	lost     = "esx.problem.net.redundancy.lost"
	restored = "esx.clear.net.redundancy.restored"
)

// onEvent is an expression that an event of this identifier fulfils.
func onEvent(id, objectType string, status types.ManagedEntityStatus) *types.EventAlarmExpression {
	return &types.EventAlarmExpression{EventType: "EventEx", EventTypeId: id, ObjectType: objectType, Status: status}
}

// redundancy is an alarm of hosts.
func redundancy(name string) types.AlarmSpec {
	return types.AlarmSpec{Name: name, Description: "uplinks", Enabled: true, Expression: &types.OrAlarmExpression{
		Expression: []types.BaseAlarmExpression{onEvent(lost, "HostSystem", "red"), onEvent(restored, "HostSystem", "green")},
	}}
}

func (s *site) createAlarm(entity types.ManagedObjectReference, spec types.AlarmSpec) (types.ManagedObjectReference, error) {
	s.Helper()
	answer, err := methods.CreateAlarm(s.ctx, s.client, &types.CreateAlarm{This: *s.client.ServiceContent.AlarmManager, Entity: entity, Spec: &spec})
	if err != nil {
		return types.ManagedObjectReference{}, err
	}
	return answer.Returnval, nil
}

func (s *site) happen(id string, object types.ManagedObjectReference) {
	s.Helper()
	s.ok(event.NewManager(s.client.Client).PostEvent(s.ctx, &types.EventEx{EventTypeId: id, ObjectType: object.Type, ObjectId: object.Value}))
}

// triggered is the status of an alarm on an object, or "" when it is not triggered there.
func (s *site) triggered(object, alarm types.ManagedObjectReference) types.ManagedEntityStatus {
	s.Helper()
	return statusIn(get[mo.ManagedEntity](s, object, "triggeredAlarmState").TriggeredAlarmState, alarm)
}

func (s *site) declared(object, alarm types.ManagedObjectReference) types.ManagedEntityStatus {
	s.Helper()
	answer, err := methods.GetAlarmState(s.ctx, s.client, &types.GetAlarmState{This: *s.client.ServiceContent.AlarmManager, Entity: object})
	s.ok(err)
	equal(s, "property", statusIn(get[mo.ManagedEntity](s, object, "declaredAlarmState").DeclaredAlarmState, alarm), statusIn(answer.Returnval, alarm))
	return statusIn(answer.Returnval, alarm)
}

func statusIn(states []types.AlarmState, alarm types.ManagedObjectReference) types.ManagedEntityStatus {
	if index := slices.IndexFunc(states, func(state types.AlarmState) bool { return state.Alarm == alarm }); index >= 0 {
		return states[index].OverallStatus
	}
	return ""
}

func TestAlarmIsRaisedAndReset(t *testing.T) {
	s := newSite(t)
	root, host, other := s.client.ServiceContent.RootFolder, s.hosts["esx-01"], s.hosts["esx-02"]
	ref := must(s.createAlarm(root, redundancy("redundancy")))(s)
	cluster := *get[mo.HostSystem](s, host, "parent").Parent
	equal(s, "before", s.declared(host, ref), "gray")
	w := s.watch(map[types.ManagedObjectReference][]string{host: {"triggeredAlarmState"}, root: {"triggeredAlarmState"}})
	s.happen(lost, host)
	equal(s, "host", s.declared(host, ref), "red")
	for _, each := range []types.ManagedObjectReference{host, cluster, root} {
		equal(s, "up the tree: "+each.Type, s.triggered(each, ref), "red")
	}
	equal(s, "another host", s.triggered(other, ref)+s.declared(other, ref), "gray")
	state := get[mo.ManagedEntity](s, root, "triggeredAlarmState").TriggeredAlarmState[0]
	equal(s, "object of the state", state.Entity, host)
	if state.EventKey == 0 {
		t.Error("the state does not name its event")
	}
	seen := w.next()
	for len(seen) < 2 {
		more := w.next()
		if len(more) == 0 {
			t.Fatal("watchers of host and root saw no change")
		}
		for object := range more {
			seen[object] = more[object]
		}
	}
	s.happen(lost, other)
	equal(s, "states on the root", len(get[mo.ManagedEntity](s, root, "triggeredAlarmState").TriggeredAlarmState), 2)
	s.happen(restored, host)
	equal(s, "reset", s.declared(host, ref), "green")
	equal(s, "reset", s.triggered(host, ref), "")
	equal(s, "what is left on the root", len(get[mo.ManagedEntity](s, root, "triggeredAlarmState").TriggeredAlarmState), 1)
	events, err := event.NewManager(s.client.Client).QueryEvents(s.ctx, types.EventFilterSpec{EventTypeId: []string{"AlarmStatusChangedEvent"}})
	s.ok(err)
	equal(s, "changes of status", len(events), 3)
}

func TestAlarmMatches(t *testing.T) {
	s := newSite(t)
	host := s.hosts["esx-01"]
	datacenter := s.server.network.registry.Any("Datacenter").Reference()
	ctx := newContext(s.server.network.registry)
	mismatch := func() *types.MtuMismatchEvent {
		event := &types.MtuMismatchEvent{}
		event.Host, event.SwitchUuid = &types.HostEventArgument{Host: host}, "uuid-1"
		return event
	}
	for name, each := range map[string]struct {
		expression *types.EventAlarmExpression
		wanted     types.ManagedEntityStatus
	}{
		"class":                    {&types.EventAlarmExpression{EventType: "MtuMismatchEvent", ObjectType: "HostSystem", Status: "yellow"}, "yellow"},
		"class with its prefix":    {&types.EventAlarmExpression{EventType: "vim.event.MtuMismatchEvent", EventTypeId: "vim.event.MtuMismatchEvent", ObjectType: "HostSystem", Status: "yellow"}, "yellow"},
		"base class":               {&types.EventAlarmExpression{EventType: "DvsHealthStatusChangeEvent", ObjectType: "HostSystem", Status: "red"}, "red"},
		"no object type":           {&types.EventAlarmExpression{EventType: "MtuMismatchEvent", Status: "red"}, "red"},
		"another class":            {&types.EventAlarmExpression{EventType: "MtuMatchEvent", ObjectType: "HostSystem", Status: "red"}, ""},
		"another identifier":       {&types.EventAlarmExpression{EventType: "MtuMismatchEvent", EventTypeId: "vim.event.MtuMatchEvent", ObjectType: "HostSystem", Status: "red"}, ""},
		"identifier, wrong class":  {&types.EventAlarmExpression{EventType: "EventEx", EventTypeId: "vim.event.MtuMismatchEvent", ObjectType: "HostSystem", Status: "red"}, ""},
		"another kind of object":   {&types.EventAlarmExpression{EventType: "MtuMismatchEvent", ObjectType: "VirtualMachine", Status: "red"}, ""},
		"no status":                {&types.EventAlarmExpression{EventType: "MtuMismatchEvent", ObjectType: "HostSystem"}, ""},
		"comparison that holds":    {compare("switchUuid", "startsWith", "uuid"), "red"},
		"comparison that does not": {compare("switchUuid", "notEqualTo", "uuid-1"), ""},
		"unknown attribute":        {compare("colour", "doesNotEndWith", "x"), ""},
	} {
		ref := must(s.createAlarm(datacenter, types.AlarmSpec{Name: name, Enabled: true, Expression: &types.OrAlarmExpression{Expression: []types.BaseAlarmExpression{each.expression}}}))(s)
		postEvent(ctx, mismatch())
		equal(s, name, s.triggered(host, ref), each.wanted)
		_, err := methods.RemoveAlarm(s.ctx, s.client, &types.RemoveAlarm{This: ref})
		s.ok(err)
		equal(s, name+", removed", s.triggered(host, ref)+s.declared(host, ref), "")
	}
}

func compare(attribute, operator, value string) *types.EventAlarmExpression {
	return &types.EventAlarmExpression{EventType: "MtuMismatchEvent", ObjectType: "HostSystem", Status: "red",
		Comparisons: []types.EventAlarmExpressionComparison{{AttributeName: attribute, Operator: operator, Value: value}}}
}

func TestAlarmScope(t *testing.T) {
	s := newSite(t)
	one, other := s.hosts["esx-01"], s.hosts["esx-02"]
	dvs := s.newSwitch("dvs0")
	own := must(s.createAlarm(one, redundancy("own")))(s)
	off := redundancy("off")
	off.Enabled = false
	disabled := must(s.createAlarm(one, off))(s)
	s.happen(lost, other)
	equal(s, "an event of another host", s.triggered(one, own)+s.triggered(other, own), "")
	s.happen(lost, one)
	equal(s, "on the host", s.triggered(one, own), "red")
	equal(s, "disabled", s.triggered(one, disabled), "")
	// Folders are no objects that an alarm reaches from above.
	folder := types.AlarmSpec{Name: "folder", Enabled: true, Expression: onEvent("x", "Folder", "red")}
	reaches := must(s.createAlarm(s.client.ServiceContent.RootFolder, folder))(s)
	s.happen("x", s.folder.Reference())
	equal(s, "folder", s.triggered(s.folder.Reference(), reaches), "")
	// A switch has another type in its references.
	onSwitch := must(s.createAlarm(s.client.ServiceContent.RootFolder, types.AlarmSpec{Name: "switch", Enabled: true, Expression: onEvent("y", "DistributedVirtualSwitch", "red")}))(s)
	s.happen("y", dvs)
	equal(s, "switch", s.triggered(dvs, onSwitch), "red")
	s.control("POST", "/event", `{"id":"`+restored+`","host":"esx-01"}`)
	equal(s, "after the event of the control interface", s.triggered(one, own), "")
	if status, _ := s.tell("POST", "/event", `{"id":"x","host":"esx-09"}`); status != 400 {
		t.Errorf("an event of an unknown host: %d", status)
	}
}

func TestAlarmDefinitions(t *testing.T) {
	s := newSite(t)
	host, root := s.hosts["esx-01"], s.client.ServiceContent.RootFolder
	manager := alarm.NewManager(s.client.Client)
	standard, err := manager.GetAlarm(s.ctx, nil)
	s.ok(err)
	ref := must(s.createAlarm(host, redundancy("redundancy")))(s)
	on, err := manager.GetAlarm(s.ctx, host)
	s.ok(err)
	equal(s, "on the host", len(on) == 1 && on[0].Self == ref, true)
	for object, wanted := range map[types.ManagedObjectReference]int{s.hosts["esx-02"]: 0, root: len(standard)} {
		answer, err := methods.GetAlarm(s.ctx, s.client, &types.GetAlarm{This: *s.client.ServiceContent.AlarmManager, Entity: &object})
		s.ok(err)
		equal(s, "on "+object.Value, len(answer.Returnval), wanted)
	}
	info := get[mo.Alarm](s, ref, "info").Info
	equal(s, "key", info.Key, ref.Value)
	equal(s, "entity", info.Entity, host)
	equal(s, "user", info.LastModifiedUser, "root")
	if info.LastModifiedTime.IsZero() || info.CreationEventId == 0 {
		t.Errorf("info %+v", info)
	}
	expectFault[*types.DuplicateName](s, second(s.createAlarm(root, redundancy("redundancy"))), "already exists")
	expectFault[*types.InvalidName](s, second(s.createAlarm(root, redundancy(""))), "invalid")
	expectFault[*types.ManagedObjectNotFound](s, second(s.createAlarm(types.ManagedObjectReference{Type: "HostSystem", Value: "host-0"}, redundancy("a"))), "")
	for property, expression := range map[string]types.BaseAlarmExpression{
		"spec.expression":                      &types.OrAlarmExpression{},
		"spec.expression.eventType":            &types.EventAlarmExpression{EventType: "VirtualDisk"},
		"spec.expression.status":               &types.EventAlarmExpression{EventType: "EventEx", Status: "gray"},
		"spec.expression.comparisons.operator": compare("a", "resembles", "b"),
	} {
		fault := expectFault[*types.InvalidArgument](s, second(s.createAlarm(root, types.AlarmSpec{Name: "a", Expression: expression})), property)
		equal(s, "property", fault.InvalidProperty, property)
	}
	reconfigure := func(spec types.AlarmSpec) error {
		_, err := methods.ReconfigureAlarm(s.ctx, s.client, &types.ReconfigureAlarm{This: ref, Spec: &spec})
		return err
	}
	other := must(s.createAlarm(host, redundancy("other")))(s)
	expectFault[*types.DuplicateName](s, reconfigure(redundancy("other")), "already exists")
	changed := redundancy("redundancy")
	changed.Description = ""
	s.ok(reconfigure(changed))
	equal(s, "the whole specification is new", get[mo.Alarm](s, ref, "info").Info.Description, "")
	equal(s, "key", get[mo.Alarm](s, ref, "info").Info.Key, ref.Value)
	_, err = methods.RemoveAlarm(s.ctx, s.client, &types.RemoveAlarm{This: other})
	s.ok(err)
	_, err = methods.RemoveAlarm(s.ctx, s.client, &types.RemoveAlarm{This: other})
	expectFault[*types.ManagedObjectNotFound](s, err, "")
	s.ok(reconfigure(redundancy("other")))
}

func second(_ types.ManagedObjectReference, err error) error { return err }

func TestAlarmIsAcknowledged(t *testing.T) {
	s := newSite(t)
	host, root := s.hosts["esx-01"], s.client.ServiceContent.RootFolder
	ref := must(s.createAlarm(root, redundancy("redundancy")))(s)
	s.happen(lost, host)
	_, err := methods.AcknowledgeAlarm(s.ctx, s.client, &types.AcknowledgeAlarm{This: *s.client.ServiceContent.AlarmManager, Alarm: ref, Entity: host})
	s.ok(err)
	for _, each := range []types.ManagedObjectReference{host, root} {
		state := get[mo.ManagedEntity](s, each, "triggeredAlarmState").TriggeredAlarmState[0]
		equal(s, "by", state.AcknowledgedByUser, "root")
		equal(s, "acknowledged", isTrue(state.Acknowledged), true)
	}
}

func TestEventOfUnknownObject(t *testing.T) {
	s := newSite(t)
	post := func(event types.BaseEvent) error {
		_, err := methods.PostEvent(s.ctx, s.client, &types.PostEvent{This: *s.client.ServiceContent.EventManager, EventToPost: event})
		return err
	}
	expectFault[*types.InvalidArgument](s, post(&types.EventEx{EventTypeId: lost, ObjectType: "HostSystem", ObjectId: "host-0"}), "objectId")
	expectFault[*types.InvalidArgument](s, post(&types.EventEx{EventTypeId: lost}), "objectId")
	host := s.hosts["esx-01"]
	ref := must(s.createAlarm(host, redundancy("redundancy")))(s)
	s.ok(post(&types.EventEx{EventTypeId: lost, Event: types.Event{Host: &types.HostEventArgument{Host: host}}}))
	equal(s, "an event that names its host", s.triggered(host, ref), "red")
}

func TestAlarmTakesNoOthersPlace(t *testing.T) {
	s := newSite(t)
	root := s.client.ServiceContent.RootFolder
	before, err := methods.GetAlarm(s.ctx, s.client, &types.GetAlarm{This: *s.client.ServiceContent.AlarmManager})
	s.ok(err)
	for range 400 {
		created, err := s.createAlarm(root, redundancy("mine"))
		s.ok(err)
		_, err = methods.RemoveAlarm(s.ctx, s.client, &types.RemoveAlarm{This: created})
		s.ok(err)
	}
	after, err := methods.GetAlarm(s.ctx, s.client, &types.GetAlarm{This: *s.client.ServiceContent.AlarmManager})
	s.ok(err)
	equal(s, "alarms", len(after.Returnval), len(before.Returnval))
}
