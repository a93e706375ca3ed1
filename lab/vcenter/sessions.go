// Sessions: logging in, with vCenter's own words when the credentials are wrong.

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

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
