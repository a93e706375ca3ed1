// The control interface: plain HTTP on loopback with JSON, for tests. It injects faults, tells what was called, and
// changes what no client of the API can, such as the link of a NIC.

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/vmware/govmomi/simulator"
)

// setter changes something of the simulated world. Its argument is a JSON object.
type setter func(ctx *simulator.Context, argument []byte) error

// control makes a setter of a function with a typed argument, whose fields are all that the JSON object may have.
func control[T any](do func(*simulator.Context, T) error) setter {
	return func(ctx *simulator.Context, argument []byte) error {
		var decoded T
		if err := decodeStrictly(argument, &decoded); err != nil {
			return err
		}
		return do(ctx, decoded)
	}
}

// listenForControl serves the control interface, unless no address is given.
func (s *Server) listenForControl(address string) error {
	if address == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("control: %w", err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("control: %q is not an address on loopback such as 127.0.0.1:0, and the interface knows no password", address)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("control: %w", err)
	}
	s.Control = &url.URL{Scheme: "http", Host: listener.Addr().String()}
	s.control = &http.Server{Handler: s.controls(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = s.control.Serve(listener) }()
	return nil
}

func (s *Server) controls() http.Handler {
	injector, mux := s.door.injector, http.NewServeMux()
	mux.HandleFunc("GET /calls", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, injector.recorded()) })
	mux.HandleFunc("DELETE /calls", func(w http.ResponseWriter, _ *http.Request) { injector.forgetCalls(); writeDone(w, nil) })
	mux.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, injector.pending()) })
	mux.HandleFunc("DELETE /faults", func(w http.ResponseWriter, _ *http.Request) { injector.forgetInjections(); writeDone(w, nil) })
	mux.HandleFunc("DELETE /sessions", func(w http.ResponseWriter, _ *http.Request) { s.door.sessions.endAll(); writeDone(w, nil) })
	s.handle(mux, "faults", control(func(_ *simulator.Context, injection Injection) error { return injector.add(injection) }))
	s.handle(mux, "away", control(func(_ *simulator.Context, setting awaySetting) error { return s.setAway(setting) }))
	for name, set := range s.network.setters() {
		s.handle(mux, name, set)
	}
	return mux
}

// awaySetting cuts every connection to vCenter and its hosts, or no longer: POST /away. Guests and hosts go on meanwhile.
type awaySetting struct {
	IsAway *bool `json:"isAway"`
}

func (s *Server) setAway(setting awaySetting) error {
	if setting.IsAway == nil {
		return errors.New("isAway: true or false is missing")
	}
	s.door.isAway.Store(*setting.IsAway)
	s.transfer.isAway.Store(*setting.IsAway)
	return nil
}

func (s *Server) handle(mux *http.ServeMux, name string, set setter) {
	mux.HandleFunc("POST /"+name, func(w http.ResponseWriter, r *http.Request) {
		argument, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBytes))
		if err == nil {
			err = set(newContext(s.network.registry), argument)
		}
		writeDone(w, err)
	})
}

func decodeStrictly(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if decoder.More() {
		return errors.New("more than one JSON object")
	}
	return nil
}

func writeDone(w http.ResponseWriter, err error) {
	if err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, struct{}{})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}
