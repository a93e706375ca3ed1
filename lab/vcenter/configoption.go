// What a virtual machine may be made of: its hardware version, as clients ask for it before they raise it.

package main

import (
	"strconv"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// QueryConfigOption also says the number of the hardware version: a client that reads 0 takes every machine for an old one.
func (m *browserMethods) QueryConfigOption(ctx *simulator.Context, req *types.QueryConfigOption) soap.HasFault {
	answer := ctx.Map.Get(req.This).(*simulator.EnvironmentBrowser).QueryConfigOption(req)
	option := *answer.(*methods.QueryConfigOptionBody).Res.Returnval
	if number, err := strconv.Atoi(strings.TrimPrefix(option.Version, "vmx-")); err == nil {
		option.HardwareOptions.HwVersion = int32(number)
	}
	return &methods.QueryConfigOptionBody{Res: &types.QueryConfigOptionResponse{Returnval: &option}}
}
