// Guest operations: what they need to know of each guest. A guest is a command that leads into it, such as nsenter into the namespaces of a lab
// machine: programs are run by it and files are the guest's own. What is done and which fault it ends in is written from the API's reference,
// and where that is silent from the source of open-vm-tools.

package main

import (
	"bytes"
	"crypto/subtle"
	"fmt"
	"os/exec"
	"regexp"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// guestOperations has the guests of all VMs that are to have one, and the files that are under way.
type guestOperations struct {
	mu      sync.Mutex
	guests  map[types.ManagedObjectReference]*guest
	tickets map[string]*ticket
	// hostURL and strangerURL are those of the doors that files go through.
	hostURL, strangerURL string
}

func newGuestOperations() *guestOperations {
	return &guestOperations{guests: map[types.ManagedObjectReference]*guest{}, tickets: map[string]*ticket{}}
}

// guest is the inside of a VM. It is replaced as a whole, never changed, but for its processes.
type guest struct {
	guestSetting
	processes *guestProcesses
}

// guestSetting gives a VM an inside: POST /guest.
type guestSetting struct {
	VM string `json:"vm"`
	// User and Password are the only ones that are let in.
	User     string `json:"user"`
	Password string `json:"password"`
	// Enter is the beginning of each command line.
	Enter []string `json:"enter"`
	// IsWithoutTools: VMware Tools do not run. They start anew with the next setting, and know nothing of what ran before.
	IsWithoutTools bool `json:"isWithoutTools"`
	// AreStartedAnew: the tools have ended and run again, at once.
	AreStartedAnew bool `json:"areStartedAnew"`
	// IsForbidden: tools.conf forbids guest operations.
	IsForbidden bool `json:"isForbidden"`
	// Files says where they go: "host" (default), as vCenter has it; "vcenter", by the * that a host gives for itself; "stranger", to one that
	// answers in the host's place.
	Files string `json:"files"`
}

var userName = regexp.MustCompile(`^[a-z_][a-z0-9_-]*$`)

func (n *network) setGuest(ctx *simulator.Context, setting guestSetting) error {
	vm := machineNamed(ctx, setting.VM)
	switch {
	case vm == nil:
		return fmt.Errorf("vm %q: there is no such VM", setting.VM)
	case !userName.MatchString(setting.User) || setting.Password == "" || len(setting.Enter) == 0:
		return fmt.Errorf("vm %q: user, password and enter must be there", setting.VM)
	case setting.Files != "" && setting.Files != "host" && setting.Files != "vcenter" && setting.Files != "stranger":
		return fmt.Errorf("files %q: must be host, vcenter or stranger", setting.Files)
	}
	status, state := types.VirtualMachineToolsRunningStatusGuestToolsRunning, types.VirtualMachineGuestStateRunning
	if setting.IsWithoutTools {
		status, state = types.VirtualMachineToolsRunningStatusGuestToolsNotRunning, types.VirtualMachineGuestStateNotRunning
	}
	update(ctx, vm.Self, property("guest.toolsRunningStatus", string(status)), property("guest.guestState", string(state)),
		property("guest.guestOperationsReady", !setting.IsWithoutTools))
	n.guests.mu.Lock()
	defer n.guests.mu.Unlock()
	processes := newGuestProcesses()
	if before := n.guests.guests[vm.Self]; before != nil && !before.IsWithoutTools && !setting.IsWithoutTools && !setting.AreStartedAnew {
		processes = before.processes
	}
	n.guests.guests[vm.Self] = &guest{setting, processes}
	return nil
}

func machineNamed(ctx *simulator.Context, name string) *simulator.VirtualMachine {
	for _, entity := range ctx.Map.All("VirtualMachine") {
		if vm := entity.(*simulator.VirtualMachine); vm.Name == name {
			return vm
		}
	}
	return nil
}

// login finds the inside of a VM for a user of it, or why there is no way in.
func (o *guestOperations) login(ctx *simulator.Context, ref types.ManagedObjectReference, auth types.BaseGuestAuthentication) (*guest, types.BaseMethodFault) {
	vm, isMachine := ctx.Map.Get(ref).(*simulator.VirtualMachine)
	if !isMachine {
		return nil, &types.ManagedObjectNotFound{Obj: ref}
	}
	if state := vm.Runtime.PowerState; state != types.VirtualMachinePowerStatePoweredOn {
		return nil, &types.InvalidPowerState{RequestedState: types.VirtualMachinePowerStatePoweredOn, ExistingState: state}
	}
	o.mu.Lock()
	inside := o.guests[ref]
	o.mu.Unlock()
	switch {
	case inside == nil || inside.IsWithoutTools:
		return nil, &types.GuestOperationsUnavailable{}
	case inside.IsForbidden:
		return nil, &types.OperationDisabledByGuest{}
	}
	login, isKnown := auth.(*types.NamePasswordAuthentication)
	if !isKnown || login.InteractiveSession {
		return nil, &types.OperationNotSupportedByGuest{}
	}
	if login.Username != inside.User || subtle.ConstantTimeCompare([]byte(login.Password), []byte(inside.Password)) == 0 {
		return nil, &types.InvalidGuestLogin{}
	}
	return inside, nil
}

// command is a script of the guest's shell, run as its user; the arguments are $1 and what follows.
func (g *guest) command(script string, arguments ...string) *exec.Cmd {
	line := append([]string{}, g.Enter...)
	if g.User != "root" {
		line = append(line, "/bin/sh", "-c", `u=$1; shift; exec setpriv --reuid="$u" --regid="$(id -g "$u")" --init-groups -- "$@"`, "sh", g.User)
	}
	line = append(append(line, "/bin/sh", "-c", script, "sh"), arguments...)
	return exec.Command(line[0], line[1:]...)
}

// Exit codes of small scripts, by which they say what is in the way.
const (
	exitNotFound = 42 + iota
	exitExists
	exitNoFolder
	exitDenied
)

// do runs a small script to its end. path is what it is about.
func (g *guest) do(script, path string, arguments ...string) (string, types.BaseMethodFault) {
	command := g.command(script, append([]string{path}, arguments...)...)
	var out, problem bytes.Buffer
	command.Stdout, command.Stderr = &out, &problem
	if err := command.Run(); err != nil {
		return "", g.faultOf(command, path, problem.String())
	}
	return out.String(), nil
}

func (g *guest) faultOf(command *exec.Cmd, path, problem string) types.BaseMethodFault {
	file := types.FileFault{File: path}
	switch code := command.ProcessState.ExitCode(); code {
	case exitNotFound:
		return &types.FileNotFound{FileFault: file}
	case exitExists:
		return &types.FileAlreadyExists{FileFault: file}
	case exitNoFolder:
		return &types.NotADirectory{FileFault: file}
	case exitDenied:
		return &types.GuestPermissionDenied{}
	default:
		return &types.SystemError{Reason: fmt.Sprintf("exit code %d: %s", code, problem)}
	}
}
