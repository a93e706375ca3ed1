// Programs in guests: started, listed with how they ended, and ended.

package main

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	// rememberedFor is how long the tools know how a program ended (VIX_TOOLS_EXITED_PROGRAM_REAP_TIME).
	rememberedFor = 5 * time.Minute
	// toolsLook is how often they look whether one has. Theirs is a second.
	toolsLook = 200 * time.Millisecond
)

// guestProcesses are the programs that guest operations have started in a guest.
type guestProcesses struct {
	mu  sync.Mutex
	all map[int64]*guestProcess
}

func newGuestProcesses() *guestProcesses {
	return &guestProcesses{all: map[int64]*guestProcess{}}
}

// guestProcessMethods are the methods of GuestProcessManager.
type guestProcessMethods struct{ receiver }

// startScript says its own number and becomes the program, by the shell that the tools take: bash where there is one.
const startScript = `[ -e "$1" ] || exit 42
[ -x "$1" ] || exit 45
if [ -n "$3" ]; then cd "$3" || exit 44; else cd "${HOME:-/}" 2>/dev/null || cd /; fi
echo $$ >&3
exec 3>&-
[ ! -x /bin/bash ] || exec /bin/bash -c "$2"
exec /bin/sh -c "$2"`

// StartProgramInGuest starts a program and answers with its process number. Its arguments are read by a shell, as they are.
func (m *guestProcessMethods) StartProgramInGuest(ctx *simulator.Context, req *types.StartProgramInGuest) soap.HasFault {
	inside, fault := m.guests.login(ctx, req.Vm, req.Auth)
	spec := req.Spec.GetGuestProgramSpec()
	if fault == nil && (!path.IsAbs(spec.ProgramPath) || len(spec.EnvVariables) > 0) {
		fault = invalid("spec")
	}
	if fault != nil {
		return &methods.StartProgramInGuestBody{Fault_: soapFault(fault)}
	}
	pid, fault := inside.start(spec)
	if fault != nil {
		return &methods.StartProgramInGuestBody{Fault_: soapFault(fault)}
	}
	return &methods.StartProgramInGuestBody{Res: &types.StartProgramInGuestResponse{Returnval: pid}}
}

func (g *guest) start(spec *types.GuestProgramSpec) (int64, types.BaseMethodFault) {
	line := fmt.Sprintf("\"%s\" %s", spec.ProgramPath, spec.Arguments)
	command := g.command(startScript, spec.ProgramPath, line, spec.WorkingDirectory)
	read, write, err := os.Pipe()
	if err != nil {
		return 0, &types.SystemError{Reason: err.Error()}
	}
	defer read.Close()
	command.ExtraFiles = []*os.File{write}
	err = command.Start()
	write.Close()
	if err != nil {
		return 0, &types.SystemError{Reason: err.Error()}
	}
	said, _ := bufio.NewReader(io.LimitReader(read, 32)).ReadString('\n')
	pid, err := strconv.ParseInt(strings.TrimSpace(said), 10, 64)
	if err != nil {
		_ = command.Wait()
		return 0, g.faultOf(command, spec.ProgramPath, "the program did not start")
	}
	started := &guestProcess{
		Name: path.Base(spec.ProgramPath), Pid: pid, Owner: g.User, CmdLine: line, StartTime: time.Now(),
	}
	g.processes.add(started)
	go func() {
		_ = command.Wait()
		time.Sleep(toolsLook - time.Since(started.StartTime)%toolsLook)
		g.processes.ended(started, int32(command.ProcessState.ExitCode()))
	}()
	return pid, nil
}

func (p *guestProcesses) add(process *guestProcess) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all[process.Pid] = process
}

func (p *guestProcesses) ended(process *guestProcess, code int32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	process.EndTime, process.ExitCode = &now, &code
}

// list gives copies of those that are asked for, and of all where none is.
func (p *guestProcesses) list(pids []int64) []guestProcess {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []guestProcess
	for pid, process := range p.all {
		if process.EndTime != nil && time.Since(*process.EndTime) > rememberedFor {
			delete(p.all, pid)
		} else if len(pids) == 0 || slices.Contains(pids, pid) {
			found = append(found, *process)
		}
	}
	return found
}

// listProcessesBody is the answer in the API's own words: govmomi would leave out an exit code of 0, by which a client knows that all went well.
type listProcessesBody struct {
	Res    *listProcessesResponse `xml:"ListProcessesInGuestResponse,omitempty"`
	Fault_ *soap.Fault            `xml:"http://schemas.xmlsoap.org/soap/envelope/ Fault,omitempty"`
}

type listProcessesResponse struct {
	XMLName   xml.Name       `xml:"urn:vim25 ListProcessesInGuestResponse"`
	Returnval []guestProcess `xml:"returnval"`
}

// guestProcess is a GuestProcessInfo.
type guestProcess struct {
	Name      string     `xml:"name"`
	Pid       int64      `xml:"pid"`
	Owner     string     `xml:"owner"`
	CmdLine   string     `xml:"cmdLine"`
	StartTime time.Time  `xml:"startTime"`
	EndTime   *time.Time `xml:"endTime"`
	ExitCode  *int32     `xml:"exitCode"`
}

// Fault makes it a body that the simulator writes.
func (b *listProcessesBody) Fault() *soap.Fault { return b.Fault_ }

// ListProcessesInGuest tells of the programs that were started here. Others of the guest are not listed.
func (m *guestProcessMethods) ListProcessesInGuest(ctx *simulator.Context, req *types.ListProcessesInGuest) soap.HasFault {
	inside, fault := m.guests.login(ctx, req.Vm, req.Auth)
	if fault != nil {
		return &listProcessesBody{Fault_: soapFault(fault)}
	}
	return &listProcessesBody{Res: &listProcessesResponse{Returnval: inside.processes.list(req.Pids)}}
}

// TerminateProcessInGuest ends one process, and nothing that it has started.
func (m *guestProcessMethods) TerminateProcessInGuest(ctx *simulator.Context, req *types.TerminateProcessInGuest) soap.HasFault {
	inside, fault := m.guests.login(ctx, req.Vm, req.Auth)
	if fault == nil {
		_, fault = inside.do(`kill -s TERM "$1" || exit 42`, strconv.FormatInt(req.Pid, 10))
		if _, isGone := fault.(*types.FileNotFound); isGone {
			fault = &types.GuestProcessNotFound{Pid: req.Pid}
		}
	}
	if fault != nil {
		return &methods.TerminateProcessInGuestBody{Fault_: soapFault(fault)}
	}
	return &methods.TerminateProcessInGuestBody{Res: &types.TerminateProcessInGuestResponse{}}
}
