// The hosts' own doors for files of guests: TLS with certificates of their own, of which vCenter knows the one.

package main

import (
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// transferDoor serves for all hosts at one address of loopback, where theirs would be the name that vCenter has for each.
type transferDoor struct {
	// isAway: every connection is cut.
	isAway      atomic.Bool
	certificate tls.Certificate
	servers     []*http.Server
	guests      *guestOperations
}

func openTransferDoor(guests *guestOperations) (*transferDoor, error) {
	d := &transferDoor{guests: guests}
	for name, address := range map[string]*string{"simulated ESXi host": &guests.hostURL, "somebody else": &guests.strangerURL} {
		certificate, err := newCertificate(name)
		if err != nil {
			return d, err
		}
		if address == &guests.hostURL {
			d.certificate = certificate
		}
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return d, err
		}
		*address = "https://" + listener.Addr().String()
		d.serve(listener, certificate)
	}
	return d, nil
}

func (d *transferDoor) serve(listener net.Listener, certificate tls.Certificate) {
	mux := http.NewServeMux()
	mux.HandleFunc(guestFilePath, func(w http.ResponseWriter, r *http.Request) {
		if d.isAway.Load() {
			panic(http.ErrAbortHandler)
		}
		d.guests.ServeHTTP(w, r)
	})
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
	}
	d.servers = append(d.servers, server)
	go func() { _ = server.ServeTLS(listener, "", "") }()
}

// tellHosts has vCenter know the certificate of each host.
func (d *transferDoor) tellHosts(ctx *simulator.Context) {
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: d.certificate.Certificate[0]})
	for _, entity := range ctx.Map.All("HostSystem") {
		host := entity.(*simulator.HostSystem)
		ctx.WithLock(host.Self, func() {
			host.Config.Certificate = types.ByteSlice(text)
			host.Summary.Config.SslThumbprint = fingerprintsOf(d.certificate).SHA1
		})
	}
}

func (d *transferDoor) close() error {
	var err error
	for _, server := range d.servers {
		err = errors.Join(err, server.Close())
	}
	return err
}
