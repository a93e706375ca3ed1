// The server: the simulator's services behind one TLS listener, with the request check in front.

package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	pbm "github.com/vmware/govmomi/pbm/simulator"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/vpx"
	vapi "github.com/vmware/govmomi/vapi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// Options say where a server listens, what it knows at the start, and who may log in.
type Options struct {
	// Listen is address and port; port 0 takes a free one.
	Listen    string
	Inventory Inventory
	// User and Password are the only credentials that open a session.
	User, Password string
	// TaskTime is how long a change takes at least.
	TaskTime time.Duration
	// IdleTime ends a session that is not used for so long. Default 30 minutes.
	IdleTime time.Duration
	// Control is address and port, on loopback, of the control interface; empty: there is none.
	Control string
	// RebootTime is how long a host is away when it reboots.
	RebootTime time.Duration
	// SettleTime is how late vCenter shows what a host has changed by itself.
	SettleTime time.Duration
}

// What Options have where they say nothing.
const (
	defaultTaskTime   = 20 * time.Millisecond
	defaultRebootTime = time.Second
	defaultSettleTime = 300 * time.Millisecond
)

// Server is a vCenter that answers.
type Server struct {
	// URL of the SOAP endpoint, without credentials.
	URL *url.URL
	// Control is the URL of the control interface, or nil.
	Control *url.URL
	// Certificate has the fingerprints that clients may pin.
	Certificate Fingerprints
	http        *http.Server
	control     *http.Server
	folder      string
	service     *simulator.Service
	network     *network
	door        *door
	transfer    *transferDoor
}

// Version of vCenter that is played. A new switch has the same version.
const version = "7.0.3"

// Start builds the inventory and serves it. Errors: an address that can't be used, an inventory that can't be built.
func Start(options Options) (*Server, error) {
	if options.TaskTime == 0 {
		options.TaskTime = defaultTaskTime
	}
	if options.IdleTime == 0 {
		options.IdleTime = defaultIdleTime
	}
	if options.RebootTime == 0 {
		options.RebootTime = defaultRebootTime
	}
	if options.SettleTime == 0 {
		options.SettleTime = defaultSettleTime
	}
	listener, err := net.Listen("tcp", options.Listen)
	if err != nil {
		return nil, err
	}
	server := &Server{URL: &url.URL{Scheme: "https", Host: listener.Addr().String(), Path: "/sdk"}}
	if err := server.build(options); err != nil {
		return nil, errors.Join(err, listener.Close(), server.Close())
	}
	if err := server.listenForControl(options.Control); err != nil {
		return nil, errors.Join(err, listener.Close(), server.Close())
	}
	certificate, err := newCertificate("simulated vCenter")
	if err != nil {
		return nil, errors.Join(err, listener.Close(), server.Close())
	}
	server.Certificate = fingerprintsOf(certificate)
	server.http.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	go func() { _ = server.http.ServeTLS(listener, "", "") }()
	return server, nil
}

func (s *Server) build(options Options) error {
	var err error
	if s.folder, err = os.MkdirTemp("", "vcenter-"); err != nil {
		return err
	}
	content := vpx.ServiceContent
	content.About.Version, content.About.ApiVersion, content.About.LicenseProductVersion = version, version+".0", "7.0"
	content.About.FullName = fmt.Sprintf("VMware vCenter Server %s build-%s", version, content.About.Build)
	s.service = simulator.New(simulator.NewServiceInstance(simulator.NewContext(), content, vpx.RootFolder))
	s.service.Listen = &url.URL{Scheme: "https", Host: s.URL.Host, Path: s.URL.Path, User: url.UserPassword(options.User, options.Password)}
	registry := s.service.Context.Map
	s.service.RegisterSDK(registry, registry.Path+"/vimService")
	s.service.RegisterSDK(pbm.New())
	registry.SessionManager().ServiceHostName = s.URL.Host
	patterns, tags := vapi.New(s.service.Listen, registry)
	for _, pattern := range patterns {
		s.service.Handle(pattern, tags)
	}
	s.service.ServeMux.HandleFunc(registry.Path+"/vimServiceVersions.xml", s.service.ServiceVersions)
	if err := options.Inventory.build(s.service, s.folder); err != nil {
		return err
	}
	s.network = newNetwork(registry, options.TaskTime)
	if s.transfer, err = openTransferDoor(s.network.guests); err != nil {
		return err
	}
	s.transfer.tellHosts(s.service.Context)
	s.service.ServeMux.Handle(guestFilePath, s.network.guests)
	s.door = &door{
		next: s.service.ServeMux, path: registry.Path, network: s.network, injector: &injector{},
		sessions: &sessionClock{registry: registry, idleTime: options.IdleTime, lastUse: map[string]time.Time{}},
	}
	s.network.rebootTime, s.network.settleTime = options.RebootTime, options.SettleTime
	s.http = &http.Server{
		Handler:           s.door,
		ReadHeaderTimeout: 10 * time.Second,
		// HTTP/2 would share one connection among all calls: none could be cut off without its neighbours.
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
		// A client that goes away in the middle of a handshake is not worth a line.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	return nil
}

// Close ends the server and removes its temporary files.
func (s *Server) Close() error {
	var err error
	if s.http != nil {
		err = s.http.Close()
	}
	if s.control != nil {
		err = errors.Join(err, s.control.Close())
	}
	if s.transfer != nil {
		err = errors.Join(err, s.transfer.close())
	}
	return errors.Join(err, os.RemoveAll(s.folder))
}

// newContext is for work that no request started.
func newContext(registry *simulator.Registry) *simulator.Context {
	return &simulator.Context{
		Context: context.Background(),
		Map:     registry,
		Session: &simulator.Session{
			UserSession: types.UserSession{UserName: "vpxd"},
			Registry:    simulator.NewRegistry(),
			Map:         registry,
		},
	}
}
