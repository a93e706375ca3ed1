# Hyper-V of hv-01, environment golden. Written by multiport: do not edit here.
# May be run again: what is as it should be stays. VLANs and limits change on running VMs too.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Virtual switch inside. What it is made with can't be changed later: it is made anew then, and its adapters have no network meanwhile.
$switch = Get-VMSwitch | Where-Object { $_.Name -eq 'inside' }
if ($switch -and ([string]$switch.SwitchType -ne 'Internal' -or
        $switch.EmbeddedTeamingEnabled -ne $false -or
        $switch.IovEnabled -ne $false -or
        [string]$switch.BandwidthReservationMode -ne 'Absolute')) {
    Get-VMNetworkAdapter -VMName * | Where-Object { $_.SwitchName -eq 'inside' } | Disconnect-VMNetworkAdapter
    Remove-VMSwitch -Name 'inside' -Force
    $switch = $null
}
if (-not $switch) {
    $options = @{
        Name                  = 'inside'
        Notes                 = 'multiport=golden'
        EnableIov             = $false
        MinimumBandwidthMode  = 'Absolute'
        SwitchType            = 'Internal'
    }
    [void](New-VMSwitch @options)
}

# Virtual switch vs0. What it is made with can't be changed later: it is made anew then, and its adapters have no network meanwhile.
$switch = Get-VMSwitch | Where-Object { $_.Name -eq 'vs0' }
if ($switch -and ([string]$switch.SwitchType -ne 'External' -or
        $switch.EmbeddedTeamingEnabled -ne $true -or
        $switch.IovEnabled -ne $false -or
        [string]$switch.BandwidthReservationMode -ne 'Weight')) {
    Get-VMNetworkAdapter -VMName * | Where-Object { $_.SwitchName -eq 'vs0' } | Disconnect-VMNetworkAdapter
    Remove-VMSwitch -Name 'vs0' -Force
    $switch = $null
}
if (-not $switch) {
    $options = @{
        Name                  = 'vs0'
        Notes                 = 'multiport=golden'
        EnableIov             = $false
        MinimumBandwidthMode  = 'Weight'
        NetAdapterName        = @('SLOT 3 Port 1', 'SLOT 5 Port 1')
        AllowManagementOS     = $false
        EnableEmbeddedTeaming = $true
    }
    # A NIC that left another switch is free some seconds later.
    for ($i = 0; $i -lt 60; $i++) {
        if (-not (Get-NetAdapterBinding -Name @('SLOT 3 Port 1', 'SLOT 5 Port 1') -ComponentID 'vms_pp' | Where-Object { $_.Enabled })) { break }
        Start-Sleep -Milliseconds 500
    }
    [void](New-VMSwitch @options)
}
$wanted = @(Get-NetAdapter -Name @('SLOT 3 Port 1', 'SLOT 5 Port 1') | ForEach-Object { $_.InterfaceDescription } | Sort-Object)
$found = @((Get-VMSwitch -Name 'vs0').NetAdapterInterfaceDescriptions | Sort-Object)
if (($wanted -join "`n") -ne ($found -join "`n")) { Set-VMSwitchTeam -Name 'vs0' -NetAdapterName @('SLOT 3 Port 1', 'SLOT 5 Port 1') }
Set-VMSwitchTeam -Name 'vs0' -LoadBalancingAlgorithm 'HyperVPort'

# Adapter lab0 of the management OS.
$adapter = Get-VMNetworkAdapter -ManagementOS | Where-Object { $_.Name -eq 'lab0' }
if ($adapter -and $adapter.SwitchName -ne 'inside') {
    # Windows may keep what is left of an adapter as a hidden one, which must not hold an address.
    Get-NetIPAddress | Where-Object { $_.InterfaceAlias -eq 'vEthernet (lab0)' -and [string]$_.PrefixOrigin -eq 'Manual' } | Remove-NetIPAddress -Confirm:$false
    Remove-VMNetworkAdapter -ManagementOS -Name 'lab0'
    $adapter = $null
}
if (-not $adapter) { Add-VMNetworkAdapter -ManagementOS -Name 'lab0' -SwitchName 'inside' }
Set-VMNetworkAdapterVlan -ManagementOS -VMNetworkAdapterName 'lab0' -Untagged

# Adapter mgmt0 of the management OS.
$adapter = Get-VMNetworkAdapter -ManagementOS | Where-Object { $_.Name -eq 'mgmt0' }
if ($adapter -and $adapter.SwitchName -ne 'vs0') {
    # Windows may keep what is left of an adapter as a hidden one, which must not hold an address.
    Get-NetIPAddress | Where-Object { $_.InterfaceAlias -eq 'vEthernet (mgmt0)' -and [string]$_.PrefixOrigin -eq 'Manual' } | Remove-NetIPAddress -Confirm:$false
    Remove-VMNetworkAdapter -ManagementOS -Name 'mgmt0'
    $adapter = $null
}
if (-not $adapter) { Add-VMNetworkAdapter -ManagementOS -Name 'mgmt0' -SwitchName 'vs0' }
Set-VMNetworkAdapterVlan -ManagementOS -VMNetworkAdapterName 'mgmt0' -Access -VlanId 10

# Adapter app0 of VM db-01.
$adapter = Get-VMNetworkAdapter -VMName 'db-01' | Where-Object { $_.Name -eq 'app0' }
if (-not $adapter) {
    Add-VMNetworkAdapter -VMName 'db-01' -Name 'app0' -SwitchName 'vs0' -StaticMacAddress '00155D200001'
} elseif ($adapter.SwitchName -ne 'vs0') {
    Connect-VMNetworkAdapter -VMName 'db-01' -Name 'app0' -SwitchName 'vs0'
}
if ($adapter -and ($adapter.DynamicMacAddressEnabled -or $adapter.MacAddress -ne '00155D200001')) {
    Set-VMNetworkAdapter -VMName 'db-01' -Name 'app0' -StaticMacAddress '00155D200001'
}
Set-VMNetworkAdapterVlan -VMName 'db-01' -VMNetworkAdapterName 'app0' -Access -VlanId 20
$settings = @{
    VMName                 = 'db-01'
    Name                   = 'app0'
    MacAddressSpoofing     = 'On'
    DhcpGuard              = 'On'
    RouterGuard            = 'On'
    PortMirroring          = 'None'
    AllowTeaming           = 'Off'
    DeviceNaming           = 'Off'
    MinimumBandwidthWeight = 20
    MaximumBandwidth       = 0
    IovWeight              = 0
    IovQueuePairsRequested = 1
}
Set-VMNetworkAdapter @settings
$mapping = Get-VMNetworkAdapterTeamMapping -VMName 'db-01' -Name 'app0'
if ($mapping -and $mapping.NetAdapterName -ne 'SLOT 3 Port 1') {
    Remove-VMNetworkAdapterTeamMapping -VMName 'db-01' -Name 'app0'
    $mapping = $null
}
if (-not $mapping) {
    Set-VMNetworkAdapterTeamMapping -VMName 'db-01' -VMNetworkAdapterName 'app0' -PhysicalNetAdapterName 'SLOT 3 Port 1'
}

# Adapter trunk0 of VM db-01.
$adapter = Get-VMNetworkAdapter -VMName 'db-01' | Where-Object { $_.Name -eq 'trunk0' }
if (-not $adapter) {
    Add-VMNetworkAdapter -VMName 'db-01' -Name 'trunk0' -SwitchName 'vs0'
} elseif ($adapter.SwitchName -ne 'vs0') {
    Connect-VMNetworkAdapter -VMName 'db-01' -Name 'trunk0' -SwitchName 'vs0'
}
if ($adapter -and -not $adapter.DynamicMacAddressEnabled) {
    Set-VMNetworkAdapter -VMName 'db-01' -Name 'trunk0' -DynamicMacAddress
}
Set-VMNetworkAdapterVlan -VMName 'db-01' -VMNetworkAdapterName 'trunk0' -Trunk -NativeVlanId 100 -AllowedVlanIdList '100-199,210'
$settings = @{
    VMName                 = 'db-01'
    Name                   = 'trunk0'
    MacAddressSpoofing     = 'Off'
    DhcpGuard              = 'Off'
    RouterGuard            = 'Off'
    PortMirroring          = 'Source'
    AllowTeaming           = 'Off'
    DeviceNaming           = 'On'
    MinimumBandwidthWeight = 0
    MaximumBandwidth       = 0
    IovWeight              = 0
    IovQueuePairsRequested = 1
}
Set-VMNetworkAdapter @settings
$mapping = Get-VMNetworkAdapterTeamMapping -VMName 'db-01' -Name 'trunk0'
if ($mapping) { Remove-VMNetworkAdapterTeamMapping -VMName 'db-01' -Name 'trunk0' }

# Adapter front of VM fw-01.
$adapter = Get-VMNetworkAdapter -VMName 'fw-01' | Where-Object { $_.Name -eq 'front' }
if (-not $adapter) {
    Add-VMNetworkAdapter -VMName 'fw-01' -Name 'front' -SwitchName 'vs0'
} elseif ($adapter.SwitchName -ne 'vs0') {
    Connect-VMNetworkAdapter -VMName 'fw-01' -Name 'front' -SwitchName 'vs0'
}
if ($adapter -and -not $adapter.DynamicMacAddressEnabled) {
    Set-VMNetworkAdapter -VMName 'fw-01' -Name 'front' -DynamicMacAddress
}
Set-VMNetworkAdapterVlan -VMName 'fw-01' -VMNetworkAdapterName 'front' -Promiscuous -PrimaryVlanId 500 -SecondaryVlanIdList '501'
$settings = @{
    VMName                 = 'fw-01'
    Name                   = 'front'
    MacAddressSpoofing     = 'Off'
    DhcpGuard              = 'Off'
    RouterGuard            = 'Off'
    PortMirroring          = 'None'
    AllowTeaming           = 'Off'
    DeviceNaming           = 'Off'
    MinimumBandwidthWeight = 0
    MaximumBandwidth       = 0
    IovWeight              = 0
    IovQueuePairsRequested = 1
}
Set-VMNetworkAdapter @settings
$mapping = Get-VMNetworkAdapterTeamMapping -VMName 'fw-01' -Name 'front'
if ($mapping) { Remove-VMNetworkAdapterTeamMapping -VMName 'fw-01' -Name 'front' }

# Adapter hidden of VM fw-01.
$adapter = Get-VMNetworkAdapter -VMName 'fw-01' | Where-Object { $_.Name -eq 'hidden' }
if (-not $adapter) {
    Add-VMNetworkAdapter -VMName 'fw-01' -Name 'hidden' -SwitchName 'vs0'
} elseif ($adapter.SwitchName -ne 'vs0') {
    Connect-VMNetworkAdapter -VMName 'fw-01' -Name 'hidden' -SwitchName 'vs0'
}
if ($adapter -and -not $adapter.DynamicMacAddressEnabled) {
    Set-VMNetworkAdapter -VMName 'fw-01' -Name 'hidden' -DynamicMacAddress
}
Set-VMNetworkAdapterVlan -VMName 'fw-01' -VMNetworkAdapterName 'hidden' -Isolated -PrimaryVlanId 500 -SecondaryVlanId 501
$settings = @{
    VMName                 = 'fw-01'
    Name                   = 'hidden'
    MacAddressSpoofing     = 'Off'
    DhcpGuard              = 'Off'
    RouterGuard            = 'Off'
    PortMirroring          = 'None'
    AllowTeaming           = 'Off'
    DeviceNaming           = 'Off'
    MinimumBandwidthWeight = 0
    MaximumBandwidth       = 0
    IovWeight              = 0
    IovQueuePairsRequested = 1
}
Set-VMNetworkAdapter @settings
$mapping = Get-VMNetworkAdapterTeamMapping -VMName 'fw-01' -Name 'hidden'
if ($mapping) { Remove-VMNetworkAdapterTeamMapping -VMName 'fw-01' -Name 'hidden' }
