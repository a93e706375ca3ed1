// Calls: which method of which object a request names, and whether it is one that may change something. Pure.

package main

import (
	"encoding/xml"
	"strings"
)

// Call is a SOAP request that passed the check of the schema.
type Call struct {
	// Number counts from 1 since the last reset.
	Number     int    `json:"number"`
	Method     string `json:"method"`
	ObjectType string `json:"objectType"`
	Object     string `json:"object"`
	UserAgent  string `json:"userAgent"`
	// Mutating is false for methods that only read, wait, or manage a client's own session, views and collectors.
	Mutating bool `json:"mutating"`
	// Injected is the kind of the fault that was injected into this call, if any.
	Injected string `json:"injected,omitempty"`
	// asksForSession is a call that reads the session manager and nothing else, which is how a client without session
	// learns that it has none.
	asksForSession bool
}

// callOf reads the method of an envelope that is known to be well-formed.
func callOf(body []byte, userAgent string) Call {
	var envelope struct {
		Body struct {
			Request struct {
				XMLName xml.Name
				This    struct {
					Type  string `xml:"type,attr"`
					Value string `xml:",chardata"`
				} `xml:"_this"`
				Objects []struct {
					Type string `xml:"type,attr"`
				} `xml:"specSet>objectSet>obj"`
			} `xml:",any"`
		}
	}
	_ = xml.Unmarshal(body, &envelope)
	request := envelope.Body.Request
	call := Call{
		Method: request.XMLName.Local, ObjectType: request.This.Type, Object: strings.TrimSpace(request.This.Value),
		UserAgent: userAgent, Mutating: isMutating(request.XMLName.Local),
	}
	call.asksForSession = strings.HasPrefix(call.Method, "RetrieveProperties") && len(request.Objects) > 0
	for _, object := range request.Objects {
		call.asksForSession = call.asksForSession && object.Type == "SessionManager"
	}
	return call
}

// Methods that change nothing that another client could see, by the beginning of their names.
var readingPrefixes = []string{
	"Retrieve", "ContinueRetrieve", "CancelRetrieve", "Query", "Fetch", "Find", "Get", "List", "Lookup", "DVSManagerLookup", "Has", "Read", "RewindCollector", "ResetCollector", "ResetListView",
	"WaitFor", "CheckForUpdates", "CancelWaitForUpdates", "CreateFilter", "DestroyPropertyFilter", "CreateCollector", "DestroyCollector",
	"CreatePropertyCollector", "DestroyPropertyCollector", "CreateContainerView", "CreateListView", "CreateInventoryView", "DestroyView",
	"Login", "Logout", "CloneSession", "AcquireCloneTicket", "SessionIsActive", "CurrentTime", "Refresh", "Check", "Validate", "Estimate",
}

func isMutating(method string) bool {
	for _, prefix := range readingPrefixes {
		if strings.HasPrefix(method, prefix) {
			return false
		}
	}
	return true
}
