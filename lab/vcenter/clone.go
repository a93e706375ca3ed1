// Deep copies of API data. Data of the registry is never changed in place: readers may be encoding it. Pure.

package main

import (
	"bytes"
	"fmt"

	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vim25/xml"
)

// clone copies a data object by writing and reading it, which keeps the types of polymorphic values.
func clone[T any](source T) T {
	var copied T
	text, err := xml.Marshal(source)
	if err == nil {
		decoder := xml.NewDecoder(bytes.NewReader(text))
		decoder.TypeFunc = types.TypeFunc()
		err = decoder.Decode(&copied)
	}
	if err != nil {
		panic(fmt.Sprintf("%T can't be copied: %v", source, err))
	}
	return copied
}
