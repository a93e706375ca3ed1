// Package vsphere bridges terraform-provider-vsphere to Pulumi with the tokens of the official plugin, for machines that
// cannot download that plugin.
package vsphere

import (
	"github.com/hashicorp/terraform-plugin-sdk/helper/schema"
	"github.com/hashicorp/terraform-provider-vsphere/vsphere"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v1"
)

// Name of the Pulumi package, as the official plugin has it.
const Name = "vsphere"

// Version is that of the plugin and of the SDK made from it; the build sets it, so that the two always agree.
var Version = "0.0.0-dev"

// Provider maps each vsphere_ resource and data source to the official plugin's token, such as vsphere:index/folder:Folder.
func Provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:           shim.NewProvider(vsphere.Provider().(*schema.Provider)),
		Name:        Name,
		DisplayName: "vSphere",
		Description: "vSphere for Pulumi, bridged from terraform-provider-vsphere",
		License:     "Apache-2.0",
		GitHubOrg:   "hashicorp",
		Version:     Version,
		JavaScript: &tfbridge.JavaScriptInfo{
			PackageName:  "@pulumi/vsphere",
			Dependencies: map[string]string{"@pulumi/pulumi": "^3.0.0"},
		},
	}
	info.MustComputeTokens(tokens.SingleModule("vsphere_", "index", tokens.MakeStandard(Name)))
	info.SetAutonaming(80, "-")
	return info
}
