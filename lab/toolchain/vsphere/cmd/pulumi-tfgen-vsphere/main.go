// Writes the plugin's schema and its TypeScript SDK ("schema --out DIR", "nodejs --out DIR").
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"

	"multiport/lab/toolchain/vsphere"
)

func main() {
	tfgen.Main(vsphere.Name, vsphere.Version, vsphere.Provider())
}
