# Hyper-V of hv-02, environment golden. Written by multiport: do not edit here.
# May be run again: what is as it should be stays. VLANs and limits change on running VMs too.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Virtual switch vs0. What it is made with can't be changed later: it is made anew then, and its adapters have no network meanwhile.
$switch = Get-VMSwitch | Where-Object { $_.Name -eq 'vs0' }
if ($switch -and ([string]$switch.SwitchType -ne 'External' -or
        $switch.EmbeddedTeamingEnabled -ne $false -or
        $switch.IovEnabled -ne $false -or
        [string]$switch.BandwidthReservationMode -ne 'Absolute')) {
    Get-VMNetworkAdapter -VMName * | Where-Object { $_.SwitchName -eq 'vs0' } | Disconnect-VMNetworkAdapter
    Remove-VMSwitch -Name 'vs0' -Force
    $switch = $null
}
if (-not $switch) {
    $options = @{
        Name                  = 'vs0'
        Notes                 = 'multiport=golden'
        EnableIov             = $false
        MinimumBandwidthMode  = 'Absolute'
        NetAdapterName        = @('Team One')
        AllowManagementOS     = $false
        EnableEmbeddedTeaming = $false
    }
    # Since Windows Server 2022 a switch on an LBFO team has to be asked for.
    if ((Get-Command -Name New-VMSwitch).Parameters.ContainsKey('AllowNetLbfoTeams')) { $options['AllowNetLbfoTeams'] = $true }
    # A NIC that left another switch is free some seconds later.
    for ($i = 0; $i -lt 60; $i++) {
        if (-not (Get-NetAdapterBinding -Name @('Team One') -ComponentID 'vms_pp' | Where-Object { $_.Enabled })) { break }
        Start-Sleep -Milliseconds 500
    }
    [void](New-VMSwitch @options)
}
$wanted = @(Get-NetAdapter -Name @('Team One') | ForEach-Object { $_.InterfaceDescription } | Sort-Object)
$found = @((Get-VMSwitch -Name 'vs0').NetAdapterInterfaceDescriptions | Sort-Object)
if (($wanted -join "`n") -ne ($found -join "`n")) { Set-VMSwitch -Name 'vs0' -NetAdapterName 'Team One' -AllowManagementOS $false }

# Virtual switch vs1. What it is made with can't be changed later: it is made anew then, and its adapters have no network meanwhile.
$switch = Get-VMSwitch | Where-Object { $_.Name -eq 'vs1' }
if ($switch -and ([string]$switch.SwitchType -ne 'External' -or
        $switch.EmbeddedTeamingEnabled -ne $false -or
        $switch.IovEnabled -ne $false -or
        [string]$switch.BandwidthReservationMode -ne 'Absolute')) {
    Get-VMNetworkAdapter -VMName * | Where-Object { $_.SwitchName -eq 'vs1' } | Disconnect-VMNetworkAdapter
    Remove-VMSwitch -Name 'vs1' -Force
    $switch = $null
}
if (-not $switch) {
    $options = @{
        Name                  = 'vs1'
        Notes                 = 'multiport=golden'
        EnableIov             = $false
        MinimumBandwidthMode  = 'Absolute'
        NetAdapterName        = @('Ethernet 3')
        AllowManagementOS     = $false
        EnableEmbeddedTeaming = $false
    }
    # A NIC that left another switch is free some seconds later.
    for ($i = 0; $i -lt 60; $i++) {
        if (-not (Get-NetAdapterBinding -Name @('Ethernet 3') -ComponentID 'vms_pp' | Where-Object { $_.Enabled })) { break }
        Start-Sleep -Milliseconds 500
    }
    [void](New-VMSwitch @options)
}
$wanted = @(Get-NetAdapter -Name @('Ethernet 3') | ForEach-Object { $_.InterfaceDescription } | Sort-Object)
$found = @((Get-VMSwitch -Name 'vs1').NetAdapterInterfaceDescriptions | Sort-Object)
if (($wanted -join "`n") -ne ($found -join "`n")) { Set-VMSwitch -Name 'vs1' -NetAdapterName 'Ethernet 3' -AllowManagementOS $false }

# Adapter app0 of VM web-01.
$adapter = Get-VMNetworkAdapter -VMName 'web-01' | Where-Object { $_.Name -eq 'app0' }
if (-not $adapter) {
    Add-VMNetworkAdapter -VMName 'web-01' -Name 'app0' -SwitchName 'vs0'
} elseif ($adapter.SwitchName -ne 'vs0') {
    Connect-VMNetworkAdapter -VMName 'web-01' -Name 'app0' -SwitchName 'vs0'
}
if ($adapter -and -not $adapter.DynamicMacAddressEnabled) {
    Set-VMNetworkAdapter -VMName 'web-01' -Name 'app0' -DynamicMacAddress
}
Set-VMNetworkAdapterVlan -VMName 'web-01' -VMNetworkAdapterName 'app0' -Access -VlanId 20
$settings = @{
    VMName                 = 'web-01'
    Name                   = 'app0'
    MacAddressSpoofing     = 'Off'
    DhcpGuard              = 'Off'
    RouterGuard            = 'Off'
    PortMirroring          = 'None'
    AllowTeaming           = 'Off'
    DeviceNaming           = 'Off'
    MinimumBandwidthAbsolute = 0
    MaximumBandwidth       = 1000000000
    IovWeight              = 0
    IovQueuePairsRequested = 1
}
Set-VMNetworkAdapter @settings
$mapping = Get-VMNetworkAdapterTeamMapping -VMName 'web-01' -Name 'app0'
if ($mapping) { Remove-VMNetworkAdapterTeamMapping -VMName 'web-01' -Name 'app0' }

# Adapter bak0 of VM web-01.
$adapter = Get-VMNetworkAdapter -VMName 'web-01' | Where-Object { $_.Name -eq 'bak0' }
if (-not $adapter) {
    Add-VMNetworkAdapter -VMName 'web-01' -Name 'bak0' -SwitchName 'vs1'
} elseif ($adapter.SwitchName -ne 'vs1') {
    Connect-VMNetworkAdapter -VMName 'web-01' -Name 'bak0' -SwitchName 'vs1'
}
if ($adapter -and -not $adapter.DynamicMacAddressEnabled) {
    Set-VMNetworkAdapter -VMName 'web-01' -Name 'bak0' -DynamicMacAddress
}
Set-VMNetworkAdapterVlan -VMName 'web-01' -VMNetworkAdapterName 'bak0' -Untagged
$settings = @{
    VMName                 = 'web-01'
    Name                   = 'bak0'
    MacAddressSpoofing     = 'Off'
    DhcpGuard              = 'Off'
    RouterGuard            = 'Off'
    PortMirroring          = 'None'
    AllowTeaming           = 'Off'
    DeviceNaming           = 'Off'
    MinimumBandwidthAbsolute = 0
    MaximumBandwidth       = 0
    IovWeight              = 0
    IovQueuePairsRequested = 1
}
Set-VMNetworkAdapter @settings
$mapping = Get-VMNetworkAdapterTeamMapping -VMName 'web-01' -Name 'bak0'
if ($mapping) { Remove-VMNetworkAdapterTeamMapping -VMName 'web-01' -Name 'bak0' }
