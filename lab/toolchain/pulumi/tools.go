//go:build tools

// Package tools pins the Pulumi CLI. Its own go.mod holds a replace, so "go install" refuses it: it is built from here.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
