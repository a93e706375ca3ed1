// References that name an object by a parent of its type. vCenter goes by the value; the simulator looks for both. Pure.

package main

import "regexp"

// asComputeResource is a cluster as the vSphere provider asks for it.
var asComputeResource = regexp.MustCompile(`type="ComputeResource"([^>]*>domain-c\d+<)`)

// exactTypes gives every reference the type that the object has.
func exactTypes(request []byte) []byte {
	return asComputeResource.ReplaceAll(request, []byte(`type="ClusterComputeResource"$1`))
}
