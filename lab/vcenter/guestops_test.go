package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	inside "github.com/vmware/govmomi/guest"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// guestSite is a machine with an inside, which is this computer, and govmomi's client of guest operations.
type guestSite struct {
	*machineSite
	auth      *types.NamePasswordAuthentication
	files     *inside.FileManager
	processes *inside.ProcessManager
	folder    string
}

func newGuestSite(t *testing.T) *guestSite {
	t.Helper()
	s := &guestSite{machineSite: newMachineSite(t), folder: t.TempDir()}
	s.auth = &types.NamePasswordAuthentication{Username: "root", Password: "of the guest"}
	s.ok(s.power(s.machine, true))
	s.setGuest("")
	manager := inside.NewOperationsManager(s.client.Client, s.machine)
	var err error
	s.files, err = manager.FileManager(s.ctx)
	s.ok(err)
	s.processes, err = manager.ProcessManager(s.ctx)
	s.ok(err)
	return s
}

// setGuest gives the machine its inside, with more settings in JSON.
func (s *guestSite) setGuest(more string) {
	s.Helper()
	name := get[mo.VirtualMachine](s.site, s.machine, "name").Name
	s.control("POST", "/guest", fmt.Sprintf(`{"vm":%q,"user":"root","password":"of the guest","enter":["env"]%s}`, name, more))
}

func (s *guestSite) start(program, arguments string) (int64, error) {
	return s.processes.StartProgram(s.ctx, s.auth, &types.GuestProgramSpec{ProgramPath: program, Arguments: arguments})
}

// run waits for the end of a program.
func (s *guestSite) run(program, arguments string) types.GuestProcessInfo {
	s.Helper()
	pid := must(s.start(program, arguments))(s.site)
	for {
		found := must(s.processes.ListProcesses(s.ctx, s.auth, []int64{pid}))(s.site)
		if len(found) != 1 {
			s.Fatalf("%d processes %d", len(found), pid)
		}
		if found[0].EndTime != nil {
			return found[0]
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (s *guestSite) upload(path, text string, permissions int64) error {
	attributes := &types.GuestPosixFileAttributes{Permissions: permissions}
	address, err := s.files.InitiateFileTransferToGuest(s.ctx, s.auth, path, attributes, int64(len(text)), false)
	if err != nil {
		return err
	}
	where, err := s.files.TransferURL(s.ctx, address)
	if err != nil {
		return err
	}
	upload := soap.DefaultUpload
	upload.ContentLength = int64(len(text))
	return s.client.Client.Upload(s.ctx, bytes.NewBufferString(text), where, &upload)
}

func (s *guestSite) download(path string) (string, error) {
	information, err := s.files.InitiateFileTransferFromGuest(s.ctx, s.auth, path)
	if err != nil {
		return "", err
	}
	where, err := s.files.TransferURL(s.ctx, information.Url)
	if err != nil {
		return "", err
	}
	body, size, err := s.client.Client.Download(s.ctx, where, &soap.DefaultDownload)
	if err != nil {
		return "", err
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	if int64(len(text)) != size || size != information.Size {
		s.Errorf("%d bytes, %d and %d were announced", len(text), size, information.Size)
	}
	return string(text), err
}

func TestProgramsInGuests(t *testing.T) {
	s := newGuestSite(t)
	out := filepath.Join(s.folder, "out")
	ended := s.run("/bin/sh", `-c 'echo "$1"; exit 7' sh "with a  blank" >`+out)
	equal(s.site, "exit code", ended.ExitCode, 7)
	equal(s.site, "owner", ended.Owner, "root")
	equal(s.site, "output", string(must(os.ReadFile(out))(s.site)), "with a  blank\n")

	pid := must(s.start("/bin/sleep", "60"))(s.site)
	name := string(must(os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)))(s.site))
	if !strings.Contains("sleep\nbash\nsh\n", name) {
		t.Errorf("process %d is %s", pid, name)
	}
	s.ok(s.processes.TerminateProcess(s.ctx, s.auth, pid))
	for deadline := time.Now().Add(5 * time.Second); ; {
		found := must(s.processes.ListProcesses(s.ctx, s.auth, []int64{pid}))(s.site)
		if len(found) == 1 && found[0].EndTime != nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the program did not end")
		}
	}
	expectFault[*types.GuestProcessNotFound](s.site, s.processes.TerminateProcess(s.ctx, s.auth, pid), "was not found")
	_, err := s.start("/no/such/program", "")
	expectFault[*types.FileNotFound](s.site, err, "/no/such/program")
	_, err = s.start("/etc/passwd", "")
	expectFault[*types.GuestPermissionDenied](s.site, err, "denied")

	// Tools that start anew know nothing of what ran before.
	s.setGuest(`,"isWithoutTools":true`)
	s.setGuest("")
	equal(s.site, "processes", len(must(s.processes.ListProcesses(s.ctx, s.auth, nil))(s.site)), 0)
}

func TestFilesInGuests(t *testing.T) {
	for _, way := range []string{"host", "vcenter"} {
		t.Run(way, func(t *testing.T) {
			s := newGuestSite(t)
			s.setGuest(fmt.Sprintf(`,"files":%q`, way))
			folder := must(s.files.CreateTemporaryDirectory(s.ctx, s.auth, "before", "after", s.folder))(s.site)
			if name := filepath.Base(folder); !strings.HasPrefix(name, "before") || !strings.HasSuffix(name, "after") {
				t.Errorf("the folder is called %s", name)
			}
			equal(s.site, "mode of the folder", must(os.Stat(folder))(s.site).Mode().Perm(), 0o700)
			file := filepath.Join(folder, "file")
			text := strings.Repeat("any byte \x00\xff\n", 50_000)
			s.ok(s.upload(file, text, 0o640))
			equal(s.site, "mode of the file", must(os.Stat(file))(s.site).Mode().Perm(), 0o640)
			if got := must(s.download(file))(s.site); got != text {
				t.Errorf("%d bytes came back otherwise", len(got))
			}
			expectFault[*types.FileAlreadyExists](s.site, s.upload(file, "", 0), "already exists")
			expectFault[*types.FileNotFound](s.site, s.upload(filepath.Join(folder, "no", "file"), "", 0), "not found")
			_, err := s.download(filepath.Join(folder, "none"))
			expectFault[*types.FileNotFound](s.site, err, "not found")
			expectFault[*types.GuestPermissionDenied](s.site, s.files.DeleteDirectory(s.ctx, s.auth, folder, false), "denied")
			expectFault[*types.NotADirectory](s.site, s.files.DeleteDirectory(s.ctx, s.auth, file, true), "not a directory")
			s.ok(s.files.DeleteDirectory(s.ctx, s.auth, folder, true))
			if _, err := os.Stat(folder); !os.IsNotExist(err) {
				t.Error("the folder is still there")
			}
		})
	}
}

func TestTicketsOpenOneFileOnce(t *testing.T) {
	s := newGuestSite(t)
	file := filepath.Join(s.folder, "file")
	s.ok(os.WriteFile(file, []byte("content"), 0o600))
	information := must(s.files.InitiateFileTransferFromGuest(s.ctx, s.auth, file))(s.site)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	statuses := []int{}
	for _, method := range []string{http.MethodGet, http.MethodGet} {
		request := must(http.NewRequestWithContext(s.ctx, method, information.Url, nil))(s.site)
		answer := must(client.Do(request))(s.site)
		answer.Body.Close()
		statuses = append(statuses, answer.StatusCode)
	}
	equal(s.site, "statuses", fmt.Sprint(statuses), "[200 404]")
}

func TestHostsHaveCertificatesThatVcenterKnows(t *testing.T) {
	s := newGuestSite(t)
	host := get[mo.HostSystem](s.site, s.hosts["esx-01"], "config.certificate", "summary.config.sslThumbprint")
	information := must(s.files.InitiateFileTransferFromGuest(s.ctx, s.auth, "/etc/passwd"))(s.site)
	address := strings.TrimPrefix(strings.Split(information.Url, guestFilePath)[0], "https://")
	connection, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	s.ok(err)
	defer connection.Close()
	leaf := connection.ConnectionState().PeerCertificates[0]
	equal(s.site, "name", leaf.Subject.CommonName, "simulated ESXi host")
	shown := fingerprintsOf(tls.Certificate{Certificate: [][]byte{leaf.Raw}})
	equal(s.site, "thumbprint", host.Summary.Config.SslThumbprint, shown.SHA1)
	if !strings.HasPrefix(string(host.Config.Certificate), "-----BEGIN CERTIFICATE-----") {
		t.Errorf("vCenter knows %q", host.Config.Certificate)
	}
	if shown == s.server.Certificate {
		t.Error("the host has vCenter's certificate")
	}
}

func TestGuestsThatLetNobodyIn(t *testing.T) {
	s := newGuestSite(t)
	try := func() error {
		_, err := s.processes.ListProcesses(s.ctx, s.auth, nil)
		return err
	}
	s.ok(try())
	s.auth.Password = "of another"
	expectFault[*types.InvalidGuestLogin](s.site, try(), "authenticate with the guest")
	s.auth.Password, s.auth.Username = "of the guest", "admin"
	expectFault[*types.InvalidGuestLogin](s.site, try(), "authenticate with the guest")
	s.auth.Username = "root"
	s.setGuest(`,"isForbidden":true`)
	expectFault[*types.OperationDisabledByGuest](s.site, try(), "disabled")
	s.setGuest(`,"isWithoutTools":true`)
	expectFault[*types.GuestOperationsUnavailable](s.site, try(), "could not be contacted")
	s.setGuest("")
	s.ok(s.power(s.machine, false))
	expectFault[*types.InvalidPowerState](s.site, try(), "current state")
	status, answer := s.tell("POST", "/guest", `{"vm":"none","user":"root","password":"x","enter":["env"]}`)
	equal(s.site, "status", status, 400)
	if !strings.Contains(answer, "none") {
		t.Errorf("said %s", answer)
	}
}

func TestVcenterThatIsAway(t *testing.T) {
	s := newGuestSite(t)
	out := filepath.Join(s.folder, "out")
	must(s.start("/bin/sh", "-c 'sleep 0.3; echo done' >"+out))(s.site)
	s.control("POST", "/away", `{"isAway":true}`)
	ctx, cancel := context.WithTimeout(s.ctx, 2*time.Second)
	defer cancel()
	if _, err := s.processes.ListProcesses(ctx, s.auth, nil); err == nil {
		t.Error("it answers")
	}
	time.Sleep(time.Second)
	equal(s.site, "what the guest did meanwhile", string(must(os.ReadFile(out))(s.site)), "done\n")
	s.control("POST", "/away", `{"isAway":false}`)
	must(s.processes.ListProcesses(s.ctx, s.auth, nil))(s.site)
}
