// The door: every request is checked here before the simulator sees it, and every answer to a broken one is a fault.

package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/vmware/govmomi/vim25/types"
	vim "github.com/vmware/govmomi/vim25/xml"
)

// The largest request that is read. What clients send stays far below.
const maxRequestBytes = 8 << 20

// door stands before a handler. Only path (and what lies below it) speaks the schema that is checked.
type door struct {
	next     http.Handler
	path     string
	network  *network
	sessions *sessionClock
	injector *injector
	// isAway: every connection is cut.
	isAway atomic.Bool
}

// ServeHTTP answers a request, whatever happens on the way.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		switch reason := recover(); reason {
		case nil:
		case http.ErrAbortHandler: // the connection is to be closed
			panic(reason)
		default:
			log.Printf("%s %s failed: %v\n%s", r.Method, r.URL.Path, reason, debug.Stack())
			writeMethodFault(w, &types.SystemError{Reason: fmt.Sprint(reason)})
		}
	}()
	if d.isAway.Load() {
		panic(http.ErrAbortHandler)
	}
	if r.Method != http.MethodPost || (r.URL.Path != d.path && r.URL.Path != d.path+"/vimService") {
		r.Body = http.MaxBytesReader(w, r.Body, maxRequestBytes)
		d.next.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBytes))
	if err == nil {
		err = checkRequest(body)
	}
	if err != nil {
		writeInvalid(w, err)
		return
	}
	body = exactTypes(body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	call := callOf(body, r.UserAgent())
	if injection := d.injector.record(call); injection != nil {
		d.deliver(w, r, call, *injection)
		return
	}
	d.admit(w, r, call)
}

// admit lets a call in that has a session or needs none.
func (d *door) admit(w http.ResponseWriter, r *http.Request, call Call) {
	hasSession := d.sessions.touch(cookieOf(r), time.Now())
	if !hasSession && !slices.Contains(anonymousMethods, call.Method) && !call.asksForSession {
		object := types.ManagedObjectReference{Type: call.ObjectType, Value: call.Object}
		writeMethodFault(w, &types.NotAuthenticated{NoPermission: types.NoPermission{Object: &object, PrivilegeId: "System.View"}})
		return
	}
	d.next.ServeHTTP(w, r)
}

func writeInvalid(w http.ResponseWriter, err error) {
	var unknown *unknownTypeError
	if errors.As(err, &unknown) {
		writeFaultText(w, err.Error(), "InvalidType", fmt.Sprintf("<argument>%s</argument>", escape(unknown.name)))
		return
	}
	writeFaultText(w, err.Error(), "InvalidRequest", "")
}

// writeMethodFault writes a fault of the API with its sentence and all its properties.
func writeMethodFault(w http.ResponseWriter, fault types.BaseMethodFault) {
	name := reflect.TypeOf(fault).Elem().Name()
	content, err := vim.Marshal(fault)
	if err != nil {
		panic(fmt.Sprintf("%s can't be written: %v", name, err))
	}
	_, inner, _ := bytes.Cut(bytes.TrimSuffix(content, []byte("</"+name+">")), []byte(">"))
	writeFaultText(w, sentence(fault), name, string(inner))
}

// writeFaultText writes a SOAP 1.1 fault as vCenter does: HTTP 500, and the fault's type as element and xsi:type.
func writeFaultText(w http.ResponseWriter, message, name, content string) {
	writeEnvelope(w, http.StatusInternalServerError, fmt.Sprintf(`<soapenv:Fault>`+
		`<faultcode>ServerFaultCode</faultcode><faultstring>%s</faultstring>`+
		`<detail><%sFault xmlns="urn:vim25" xsi:type="%s">%s</%sFault></detail>`+
		`</soapenv:Fault>`, escape(message), name, name, content, name))
}

func writeEnvelope(w http.ResponseWriter, status int, content string) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, xml.Header+`<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"`+
		` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>%s</soapenv:Body></soapenv:Envelope>`, content)
}

func escape(text string) string {
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(text))
	return escaped.String()
}
