// Files of guests: folders by calls, content over HTTPS with a ticket that opens one file once.

package main

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// guestFilePath is where hosts and vCenter take and give files.
const guestFilePath = "/guestFile"

// ticket lets its holder send or get one file.
type ticket struct {
	inside      *guest
	method      string
	path        string
	size        int64
	permissions int64
}

// guestFileMethods are the methods of GuestFileManager.
type guestFileMethods struct{ receiver }

// CreateTemporaryDirectoryInGuest makes a folder that its user alone enters.
func (m *guestFileMethods) CreateTemporaryDirectoryInGuest(ctx *simulator.Context, req *types.CreateTemporaryDirectoryInGuest) soap.HasFault {
	inside, fault := m.guests.login(ctx, req.Vm, req.Auth)
	var made string
	if fault == nil {
		folder := req.DirectoryPath
		if folder == "" {
			folder = "/tmp"
		}
		made, fault = inside.do(`[ -d "$1" ] || exit 42; umask 077; mktemp -d "$1/$2XXXXXXXX$3" || exit 45`, folder, req.Prefix, req.Suffix)
	}
	if fault != nil {
		return &methods.CreateTemporaryDirectoryInGuestBody{Fault_: soapFault(fault)}
	}
	answer := &types.CreateTemporaryDirectoryInGuestResponse{Returnval: strings.TrimSpace(made)}
	return &methods.CreateTemporaryDirectoryInGuestBody{Res: answer}
}

const removeScript = `[ -e "$1" ] || exit 42
[ -d "$1" ] || exit 44
if [ "$2" = true ]; then rm -rf "$1" || exit 45; else rmdir "$1" || exit 45; fi`

// DeleteDirectoryInGuest removes a folder.
func (m *guestFileMethods) DeleteDirectoryInGuest(ctx *simulator.Context, req *types.DeleteDirectoryInGuest) soap.HasFault {
	inside, fault := m.guests.login(ctx, req.Vm, req.Auth)
	if fault == nil {
		_, fault = inside.do(removeScript, req.DirectoryPath, strconv.FormatBool(req.Recursive))
	}
	if fault != nil {
		return &methods.DeleteDirectoryInGuestBody{Fault_: soapFault(fault)}
	}
	return &methods.DeleteDirectoryInGuestBody{Res: &types.DeleteDirectoryInGuestResponse{}}
}

const mayWriteScript = `[ -d "$2" ] || exit 42
[ "$3" = true ] || [ ! -e "$1" ] || exit 43
[ -w "$2" ] || exit 45`

// InitiateFileTransferToGuest answers with the URL that the file is sent to.
func (m *guestFileMethods) InitiateFileTransferToGuest(ctx *simulator.Context, req *types.InitiateFileTransferToGuest) soap.HasFault {
	inside, fault := m.guests.login(ctx, req.Vm, req.Auth)
	attributes, isPosix := req.FileAttributes.(*types.GuestPosixFileAttributes)
	if fault == nil && !isPosix {
		fault = &types.OperationNotSupportedByGuest{}
	}
	if fault == nil {
		_, fault = inside.do(mayWriteScript, req.GuestFilePath, path.Dir(req.GuestFilePath), strconv.FormatBool(req.Overwrite))
	}
	if fault != nil {
		return &methods.InitiateFileTransferToGuestBody{Fault_: soapFault(fault)}
	}
	permissions := attributes.Permissions
	if permissions == 0 {
		permissions = 0o644
	}
	address := m.guests.issue(&ticket{inside, http.MethodPut, req.GuestFilePath, req.FileSize, permissions})
	return &methods.InitiateFileTransferToGuestBody{Res: &types.InitiateFileTransferToGuestResponse{Returnval: address}}
}

// InitiateFileTransferFromGuest answers with the URL that the file comes from.
func (m *guestFileMethods) InitiateFileTransferFromGuest(ctx *simulator.Context, req *types.InitiateFileTransferFromGuest) soap.HasFault {
	inside, fault := m.guests.login(ctx, req.Vm, req.Auth)
	var said string
	if fault == nil {
		said, fault = inside.do(`[ -e "$1" ] || exit 42; stat -c %s "$1" || exit 45`, req.GuestFilePath)
	}
	if fault != nil {
		return &methods.InitiateFileTransferFromGuestBody{Fault_: soapFault(fault)}
	}
	size, _ := strconv.ParseInt(strings.TrimSpace(said), 10, 64)
	address := m.guests.issue(&ticket{inside, http.MethodGet, req.GuestFilePath, size, 0})
	information := types.FileTransferInformation{Attributes: &types.GuestPosixFileAttributes{}, Size: size, Url: address}
	return &methods.InitiateFileTransferFromGuestBody{Res: &types.InitiateFileTransferFromGuestResponse{Returnval: information}}
}

// issue makes a ticket, and the URL that has it.
func (o *guestOperations) issue(made *ticket) string {
	token := rand.Text()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tickets[token] = made
	origin := map[string]string{"": o.hostURL, "host": o.hostURL, "vcenter": "https://*:443", "stranger": o.strangerURL}[made.inside.Files]
	return fmt.Sprintf("%s%s?id=1&token=%s", origin, guestFilePath, url.QueryEscape(token))
}

// ServeHTTP takes or gives the file of a ticket.
func (o *guestOperations) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("token")
	o.mu.Lock()
	found := o.tickets[token]
	delete(o.tickets, token)
	o.mu.Unlock()
	switch {
	case found == nil || found.method != r.Method:
		http.Error(w, "no such ticket", http.StatusNotFound)
	case found.method == http.MethodPut && r.ContentLength != found.size:
		http.Error(w, "another size was announced", http.StatusBadRequest)
	case found.method == http.MethodPut:
		// As long as it is written, nobody else can read it.
		command := found.inside.command(`umask 077; cat >"$1" && chmod "$2" "$1"`, found.path, strconv.FormatInt(found.permissions, 8))
		command.Stdin = r.Body
		if err := command.Run(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	default:
		command := found.inside.command(`exec cat "$1"`, found.path)
		command.Stdout = w
		w.Header().Set("Content-Length", strconv.FormatInt(found.size, 10))
		if err := command.Run(); err != nil {
			panic(http.ErrAbortHandler)
		}
	}
}
