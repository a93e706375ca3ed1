// Fault injection: what is to go wrong at which call, and the list of all calls since the last reset.

package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/vmware/govmomi/vim25/types"
)

// Kinds of injected faults. "Done" means that the call took effect.
const (
	// kindFault answers with a SOAP fault; nothing is done.
	kindFault = "fault"
	// kindDropBefore closes the connection without an answer; nothing is done.
	kindDropBefore = "dropBefore"
	// kindDropAfter closes the connection without an answer; the call is done.
	kindDropAfter = "dropAfter"
	// kindTimeout gives no answer for some time, then closes the connection; nothing is done.
	kindTimeout = "timeout"
	// kindTimeoutAfter is the same for a call that is done.
	kindTimeoutAfter = "timeoutAfter"
	// kindSessionExpired ends the caller's session first, so that the call and all that follow have none.
	kindSessionExpired = "sessionExpired"
	// kindTaskError answers with a task that ends in error; nothing is done. Only methods with a task match.
	kindTaskError = "taskError"
	// kindTaskErrorAfter lets the task do its work and end in error all the same. Only methods with a task match.
	kindTaskErrorAfter = "taskErrorAfter"
)

var kinds = []string{
	kindFault, kindDropBefore, kindDropAfter, kindTimeout, kindTimeoutAfter, kindSessionExpired, kindTaskError, kindTaskErrorAfter,
}

// Injection is one fault that is still to come. It happens once.
type Injection struct {
	// Method, Object (the value of the reference) and UserAgent (a part of it) say which calls match; empty matches all.
	Method    string `json:"method,omitempty"`
	Object    string `json:"object,omitempty"`
	UserAgent string `json:"userAgent,omitempty"`
	// MutatingOnly leaves calls out that only read.
	MutatingOnly bool `json:"mutatingOnly,omitempty"`
	// Nth matching call from now, counted from 1. Default 1.
	Nth  int    `json:"nth"`
	Kind string `json:"kind"`
	// Fault is the API's type of the fault, without package. Default SystemError.
	Fault string `json:"fault,omitempty"`
	// Seconds that a timeout takes at most; it ends earlier when the client goes away. Default 60.
	Seconds float64 `json:"seconds,omitempty"`
}

func (i *Injection) check() error {
	if i.Nth == 0 {
		i.Nth = 1
	}
	if i.Fault == "" {
		i.Fault = "SystemError"
	}
	if i.Seconds == 0 {
		i.Seconds = 60
	}
	switch _, known := methodNamed(i.Method); {
	case !slices.Contains(kinds, i.Kind):
		return fmt.Errorf("kind %q: must be one of %s", i.Kind, strings.Join(kinds, ", "))
	case i.Nth < 0:
		return fmt.Errorf("nth %d: must be 1 or more", i.Nth)
	case i.Method != "" && !known:
		return fmt.Errorf("method %q: the API has none of this name (names of tasks end in _Task)", i.Method)
	case newFault(i.Fault) == nil:
		return fmt.Errorf("fault %q: the API has no fault of this name", i.Fault)
	case i.isForTasks() && i.Method != "" && !strings.HasSuffix(i.Method, "_Task"):
		return fmt.Errorf("kind %q: method %q starts no task", i.Kind, i.Method)
	}
	return nil
}

func (i *Injection) isForTasks() bool { return i.Kind == kindTaskError || i.Kind == kindTaskErrorAfter }

func (i *Injection) matches(call Call) bool {
	return (i.Method == "" || i.Method == call.Method) &&
		(i.Object == "" || i.Object == call.Object) &&
		strings.Contains(call.UserAgent, i.UserAgent) &&
		(!i.MutatingOnly || call.Mutating) &&
		(!i.isForTasks() || strings.HasSuffix(call.Method, "_Task"))
}

// newFault is an empty fault of a type, or nil.
func newFault(name string) types.BaseMethodFault {
	kind, known := types.TypeFunc()(name)
	if !known || kind.Kind() != reflect.Struct {
		return nil
	}
	fault, isFault := reflect.New(kind).Interface().(types.BaseMethodFault)
	if !isFault {
		return nil
	}
	if system, is := fault.(*types.SystemError); is {
		system.Reason = "injected"
	}
	return fault
}

// injector counts calls.
type injector struct {
	mu         sync.Mutex
	calls      []Call
	injections []*Injection
}

// record adds a call to the list and returns what is to go wrong with it, or nil. Every injection counts every call that
// it matches; when two are due at once, the older one is taken and the younger one follows with its next match.
func (i *injector) record(call Call) *Injection {
	i.mu.Lock()
	defer i.mu.Unlock()
	var due *Injection
	for _, each := range i.injections {
		if !each.matches(call) {
			continue
		}
		if each.Nth > 1 {
			each.Nth--
		} else if due == nil {
			due = each
		}
	}
	if due != nil {
		i.injections = slices.DeleteFunc(i.injections, func(each *Injection) bool { return each == due })
		call.Injected = due.Kind
	}
	call.Number = len(i.calls) + 1
	i.calls = append(i.calls, call)
	return due
}

func (i *injector) add(injection Injection) error {
	if err := injection.check(); err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.injections = append(i.injections, &injection)
	return nil
}

func (i *injector) pending() []Injection {
	i.mu.Lock()
	defer i.mu.Unlock()
	pending := []Injection{}
	for _, each := range i.injections {
		pending = append(pending, *each)
	}
	return pending
}

func (i *injector) recorded() []Call {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]Call{}, i.calls...)
}

func (i *injector) forgetCalls() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.calls = nil
}

func (i *injector) forgetInjections() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.injections = nil
}
