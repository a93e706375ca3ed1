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
	"runtime/debug"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

// The largest request that is read. What clients send stays far below.
const maxRequestBytes = 8 << 20

// newDoor puts the check before a handler. Only path (and what lies below it) speaks the schema that is checked.
func newDoor(next http.Handler, path string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if reason := recover(); reason != nil {
				log.Printf("%s %s failed: %v\n%s", r.Method, r.URL.Path, reason, debug.Stack())
				writeFault(w, &types.SystemError{Reason: fmt.Sprint(reason)})
			}
		}()
		if r.Method != http.MethodPost || (r.URL.Path != path && r.URL.Path != path+"/vimService") {
			r.Body = http.MaxBytesReader(w, r.Body, maxRequestBytes)
			next.ServeHTTP(w, r)
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
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

func writeInvalid(w http.ResponseWriter, err error) {
	var unknown *unknownTypeError
	if errors.As(err, &unknown) {
		writeFaultText(w, err.Error(), "InvalidType", fmt.Sprintf("<argument>%s</argument>", escape(unknown.name)))
		return
	}
	writeFaultText(w, err.Error(), "InvalidRequest", "")
}

func writeFault(w http.ResponseWriter, fault *types.SystemError) {
	writeFaultText(w, sentence(fault), "SystemError", fmt.Sprintf("<reason>%s</reason>", escape(fault.Reason)))
}

// writeFaultText writes a SOAP 1.1 fault as vCenter does: HTTP 500, and the fault's type as element and xsi:type.
func writeFaultText(w http.ResponseWriter, message, name, content string) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.WriteHeader(http.StatusInternalServerError)
	fmt.Fprintf(w, xml.Header+`<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"`+
		` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault>`+
		`<faultcode>ServerFaultCode</faultcode><faultstring>%s</faultstring>`+
		`<detail><%sFault xmlns="urn:vim25" xsi:type="%s">%s</%sFault></detail>`+
		`</soapenv:Fault></soapenv:Body></soapenv:Envelope>`, escape(message), name, name, content, name)
}

func escape(text string) string {
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(text))
	return escaped.String()
}
