//go:build tools

// Package tools pins govc, the independent client with which the tests look at the simulated vCenter.
package tools

import _ "github.com/vmware/govmomi/govc"
