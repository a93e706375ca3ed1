// Command vcenter is a vCenter made of software: the govmomi simulator plus what it lacks for distributed switches.
// Clients see the real SOAP API over TLS; nothing is stored, and what it knows is gone when it ends.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "vcenter:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends. Credentials come from the environment, so that no command line shows them.
func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("vcenter", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0", "address and port; port 0 takes a free one")
	inventoryFile := flags.String("inventory", "", "JSON file with datacenter, cluster and hosts (required)")
	stateFile := flags.String("state-file", "", "JSON file that is written once the server answers (required)")
	control := flags.String("control", "", "address and port, on loopback, of the control interface: faults to inject, calls that were made (default: none)")
	idleTime := flags.Duration("idle-time", defaultIdleTime, "a session that is not used for so long ends")
	taskTime := flags.Duration("task-time", defaultTaskTime, "how long a task takes")
	rebootTime := flags.Duration("reboot-time", defaultRebootTime, "how long a host takes to come back")
	settleTime := flags.Duration("settle-time", defaultSettleTime, "how late vCenter shows what a host has changed by itself")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	options := Options{
		Listen: *listen, User: os.Getenv("VCENTER_USER"), Password: os.Getenv("VCENTER_PASSWORD"), Control: *control, IdleTime: *idleTime,
		TaskTime: *taskTime, RebootTime: *rebootTime, SettleTime: *settleTime,
	}
	switch {
	case *inventoryFile == "" || *stateFile == "":
		return errors.New("--inventory and --state-file are required")
	case options.User == "" || options.Password == "":
		return errors.New("VCENTER_USER and VCENTER_PASSWORD must be set in the environment")
	}
	var err error
	if options.Inventory, err = readInventory(*inventoryFile); err != nil {
		return err
	}
	server, err := Start(options)
	if err != nil {
		return err
	}
	defer server.Close()
	if err := writeState(*stateFile, server); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// writeState puts the file in place in one step: who finds it finds all of it.
func writeState(file string, server *Server) error {
	state := struct {
		URL         string       `json:"url"`
		Control     string       `json:"control,omitempty"`
		Certificate Fingerprints `json:"certificate"`
		PID         int          `json:"pid"`
	}{server.URL.String(), "", server.Certificate, os.Getpid()}
	if server.Control != nil {
		state.Control = server.Control.String()
	}
	text, err := json.Marshal(state)
	if err != nil {
		return err
	}
	temporary := filepath.Join(filepath.Dir(file), "."+filepath.Base(file)+".new")
	if err := os.WriteFile(temporary, text, 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, file)
}
