// Delivery of injected faults: each kind at the place of the exchange where it would happen in a real network or server.

package main

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// How long the end of a task is awaited that is to fail after its work.
const taskPatience = 30 * time.Second

// deliver serves a call with something going wrong.
func (d *door) deliver(w http.ResponseWriter, r *http.Request, call Call, injection Injection) {
	switch injection.Kind {
	case kindFault:
		writeMethodFault(w, newFault(injection.Fault))
	case kindDropBefore:
		panic(http.ErrAbortHandler)
	case kindDropAfter:
		d.admit(newHeldAnswer(), r, call)
		panic(http.ErrAbortHandler)
	case kindTimeout:
		stayQuiet(r, injection)
	case kindTimeoutAfter:
		d.admit(newHeldAnswer(), r, call)
		stayQuiet(r, injection)
	case kindSessionExpired:
		d.sessions.end(cookieOf(r))
		d.admit(w, r, call)
	case kindTaskError:
		d.failTask(w, call, injection)
	case kindTaskErrorAfter:
		held := newHeldAnswer()
		d.admit(held, r, call)
		d.spoilTask(held.body.Bytes(), injection)
		held.release(w)
	}
}

// stayQuiet keeps the connection open and silent, then closes it.
func stayQuiet(r *http.Request, injection Injection) {
	select {
	case <-r.Context().Done():
	case <-time.After(time.Duration(injection.Seconds * float64(time.Second))):
	}
	panic(http.ErrAbortHandler)
}

// failTask answers with a task that does nothing and ends in error.
func (d *door) failTask(w http.ResponseWriter, call Call, injection Injection) {
	ctx := newContext(d.network.registry)
	entity := types.ManagedObjectReference{Type: call.ObjectType, Value: call.Object}
	task := d.network.start(ctx, entity, call.Method, func(*simulator.Context) (types.AnyType, types.BaseMethodFault) {
		return nil, newFault(injection.Fault)
	})
	writeEnvelope(w, http.StatusOK, fmt.Sprintf(`<%sResponse xmlns="urn:vim25"><returnval type="Task">%s</returnval></%sResponse>`,
		call.Method, task.Value, call.Method))
}

var taskInAnswer = regexp.MustCompile(`<returnval type="Task">([^<]+)</returnval>`)

// spoilTask waits for the end of the task that an answer names and makes it one in error. Nobody knows of the task
// before the answer is sent.
func (d *door) spoilTask(answer []byte, injection Injection) {
	found := taskInAnswer.FindSubmatch(answer)
	if found == nil {
		return // the call itself failed
	}
	ctx := newContext(d.network.registry)
	task := ctx.Map.Get(types.ManagedObjectReference{Type: "Task", Value: string(found[1])}).(*simulator.Task)
	for deadline := time.Now().Add(taskPatience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		hasEnded := false
		ctx.WithLock(task, func() { hasEnded = task.Info.CompleteTime != nil })
		if hasEnded {
			break
		}
	}
	ctx.Map.AtomicUpdate(ctx, task, append(outcome(nil, newFault(injection.Fault)), property("info.result", nil)))
}

// heldAnswer is an answer that is not sent, or not yet.
type heldAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newHeldAnswer() *heldAnswer { return &heldAnswer{header: http.Header{}, status: http.StatusOK} }

func (a *heldAnswer) Header() http.Header               { return a.header }
func (a *heldAnswer) WriteHeader(status int)            { a.status = status }
func (a *heldAnswer) Write(content []byte) (int, error) { return a.body.Write(content) }

func (a *heldAnswer) release(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body.Bytes())
}
