// Sessions: logging in, with vCenter's own words when the credentials are wrong, and the end of idle ones.

package main

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// defaultIdleTime is vCenter's: a session that is not used for so long ends.
const defaultIdleTime = 30 * time.Minute

// Methods that need no session.
var anonymousMethods = []string{
	"RetrieveServiceContent", "Login", "LoginByToken", "LoginExtensionByCertificate", "CloneSession",
}

// sessionClock knows when each session was last used.
type sessionClock struct {
	mu       sync.Mutex
	registry *simulator.Registry
	idleTime time.Duration
	lastUse  map[string]time.Time
}

// touch ends a session that was idle for too long, and counts as its use otherwise. It tells whether there is a session.
func (s *sessionClock) touch(id string, now time.Time) bool {
	s.mu.Lock()
	last, known := s.lastUse[id]
	s.mu.Unlock()
	if known && now.Sub(last) > s.idleTime {
		s.end(id)
	}
	if !s.isOpen(id) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastUse[id] = now
	return true
}

// isOpen asks the simulator, which opens sessions and ends them at Logout.
func (s *sessionClock) isOpen(id string) bool {
	if id == "" {
		return false
	}
	return slices.ContainsFunc(s.list(), func(session types.UserSession) bool { return session.Key == id })
}

func (s *sessionClock) list() []types.UserSession {
	ctx := newContext(s.registry)
	return ctx.Session.Get(s.registry.SessionManager().Self).(*simulator.SessionManager).SessionList
}

// end makes a session unknown, as an expired one is. Its cookie means nothing from then on.
func (s *sessionClock) end(id string) {
	s.mu.Lock()
	delete(s.lastUse, id)
	s.mu.Unlock()
	if s.isOpen(id) {
		s.registry.SessionManager().TerminateSession(newContext(s.registry), &types.TerminateSession{SessionId: []string{id}})
	}
}

// endAll ends every session.
func (s *sessionClock) endAll() {
	for _, session := range s.list() {
		s.end(session.Key)
	}
}

func cookieOf(r *http.Request) string {
	if cookie, err := r.Cookie(soap.SessionCookieName); err == nil {
		return cookie.Value
	}
	return ""
}

// sessionMethods are the methods of SessionManager.
type sessionMethods struct{ receiver }

// Login opens a session, or answers InvalidLogin.
func (m *sessionMethods) Login(ctx *simulator.Context, req *types.Login) soap.HasFault {
	answer := ctx.Map.SessionManager().Login(ctx, req)
	if answer.Fault() != nil {
		return &methods.LoginBody{Fault_: soapFault(&types.InvalidLogin{})}
	}
	return answer
}

// LoginByToken opens no session: nobody issues tokens here.
func (m *sessionMethods) LoginByToken(*simulator.Context, *types.LoginByToken) soap.HasFault {
	return &methods.LoginByTokenBody{Fault_: soapFault(&types.InvalidLogin{})}
}

// LoginExtensionByCertificate is refused like LoginByToken.
func (m *sessionMethods) LoginExtensionByCertificate(*simulator.Context, *types.LoginExtensionByCertificate) soap.HasFault {
	return &methods.LoginExtensionByCertificateBody{Fault_: soapFault(&types.InvalidLogin{})}
}
