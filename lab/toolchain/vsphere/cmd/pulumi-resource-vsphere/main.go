// The resource plugin. It reads its schema from schema.json in its own folder: what tfgen wrote when the plugin was built.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

	"multiport/lab/toolchain/vsphere"
)

func main() {
	schema, err := readSchema()
	if err != nil {
		fmt.Fprintf(os.Stderr, "pulumi-resource-vsphere: schema.json must be in the plugin's folder: %v\n", err)
		os.Exit(1)
	}
	tfbridge.Main(vsphere.Name, vsphere.Version, vsphere.Provider(), schema)
}

func readSchema() ([]byte, error) {
	executable, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(filepath.Dir(executable), "schema.json"))
}
