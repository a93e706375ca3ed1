# Hyper-V of hv-01, environment golden. Written by multiport: do not edit here.
# May be run again: what is as it should be stays. VLANs and limits change on running VMs too.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Virtual switch vs0. What it is made with can't be changed later: it is made anew then, and its adapters have no network meanwhile.
$switch = Get-VMSwitch | Where-Object { $_.Name -eq 'vs0' }
if ($switch -and ([string]$switch.SwitchType -ne 'External' -or
        $switch.EmbeddedTeamingEnabled -ne $true -or
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
        NetAdapterName        = @('SLOT 7 Port 1')
        AllowManagementOS     = $false
        EnableEmbeddedTeaming = $false
    }
    # A NIC that left another switch is free some seconds later.
    for ($i = 0; $i -lt 60; $i++) {
        if (-not (Get-NetAdapterBinding -Name @('SLOT 7 Port 1') -ComponentID 'vms_pp' | Where-Object { $_.Enabled })) { break }
        Start-Sleep -Milliseconds 500
    }
    [void](New-VMSwitch @options)
}
$wanted = @(Get-NetAdapter -Name @('SLOT 7 Port 1') | ForEach-Object { $_.InterfaceDescription } | Sort-Object)
$found = @((Get-VMSwitch -Name 'vs1').NetAdapterInterfaceDescriptions | Sort-Object)
if (($wanted -join "`n") -ne ($found -join "`n")) { Set-VMSwitch -Name 'vs1' -NetAdapterName 'SLOT 7 Port 1' -AllowManagementOS $false }

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

# Adapter storage0 of the management OS.
$adapter = Get-VMNetworkAdapter -ManagementOS | Where-Object { $_.Name -eq 'storage0' }
if ($adapter -and $adapter.SwitchName -ne 'vs0') {
    # Windows may keep what is left of an adapter as a hidden one, which must not hold an address.
    Get-NetIPAddress | Where-Object { $_.InterfaceAlias -eq 'vEthernet (storage0)' -and [string]$_.PrefixOrigin -eq 'Manual' } | Remove-NetIPAddress -Confirm:$false
    Remove-VMNetworkAdapter -ManagementOS -Name 'storage0'
    $adapter = $null
}
if (-not $adapter) { Add-VMNetworkAdapter -ManagementOS -Name 'storage0' -SwitchName 'vs0' }
Set-VMNetworkAdapterVlan -ManagementOS -VMNetworkAdapterName 'storage0' -Access -VlanId 30
