# NIC Teaming of sql-01, environment golden. Written by multiport: do not edit here.
# May be run again: what is as it should be stays.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# The connection that has a MAC address. A virtual function has that of the adapter which it belongs to, and is none to be set.
function Find-Connection([string] $MacAddress) {
    $nics = @(Get-NetAdapter | Where-Object { $_.HardwareInterface -and $_.MacAddress -eq $MacAddress })
    if ($nics.Count -gt 1) { $nics = @($nics | Where-Object { $_.DriverFileName -like 'netvsc*' }) }
    if ($nics.Count -ne 1) { throw "No NIC of this machine, or more than one, has the MAC address $MacAddress" }
    return $nics[0].Name
}

# Team "Team 1".
$nics = @(
    (Find-Connection -MacAddress '00-15-5D-10-00-0A')
    'Ethernet 4'
)
$team = Get-NetLbfoTeam | Where-Object { $_.Name -eq 'Team 1' }
if (-not $team) {
    $options = @{
        Name                   = 'Team 1'
        TeamMembers            = $nics
        TeamingMode            = 'SwitchIndependent'
        LoadBalancingAlgorithm = 'TransportPorts'
        Confirm                = $false
    }
    [void](New-NetLbfoTeam @options)
} else {
    $members = @($team.Members)
    foreach ($nic in $nics) {
        if ($members -notcontains $nic) { [void](Add-NetLbfoTeamMember -Name $nic -Team 'Team 1' -Confirm:$false) }
    }
    foreach ($nic in $members) {
        if ($nics -notcontains $nic) { Remove-NetLbfoTeamMember -Name $nic -Team 'Team 1' -Confirm:$false }
    }
    Set-NetLbfoTeam -Name 'Team 1' -TeamingMode 'SwitchIndependent' -LoadBalancingAlgorithm 'TransportPorts' -Confirm:$false
}
foreach ($member in @(Get-NetLbfoTeamMember -Team 'Team 1')) {
    $mode = 'Active'
    if ([string]$member.AdministrativeMode -ne $mode) {
        Set-NetLbfoTeamMember -Name $member.Name -Team 'Team 1' -AdministrativeMode $mode -Confirm:$false
    }
}
# Its interfaces: that of untagged frames, which stays with the team, and one for each VLAN.
foreach ($interface in @(Get-NetLbfoTeamNic -Team 'Team 1')) {
    if ($interface.Primary) {
        if (-not $interface.Default) { Set-NetLbfoTeamNic -Name $interface.Name -Team 'Team 1' -Default -Confirm:$false }
    } elseif (@(10, 30) -notcontains $interface.VlanID) {
        Remove-NetLbfoTeamNic -Team 'Team 1' -VlanID $interface.VlanID -Confirm:$false
    }
}
$interface = Get-NetLbfoTeamNic -Team 'Team 1' | Where-Object { $_.Primary }
if ($interface.Name -ne 'Team 1') { Rename-NetAdapter -Name $interface.Name -NewName 'Team 1' }
$interface = Get-NetLbfoTeamNic -Team 'Team 1' | Where-Object { $_.VlanID -eq 10 }
if (-not $interface) { $interface = Add-NetLbfoTeamNic -Team 'Team 1' -VlanID 10 -Name 'Team 1 - VLAN 10' -Confirm:$false }
if ($interface.Name -ne 'Team 1 - VLAN 10') { Rename-NetAdapter -Name $interface.Name -NewName 'Team 1 - VLAN 10' }
$interface = Get-NetLbfoTeamNic -Team 'Team 1' | Where-Object { $_.VlanID -eq 30 }
if (-not $interface) { $interface = Add-NetLbfoTeamNic -Team 'Team 1' -VlanID 30 -Name 'Team 1 - VLAN 30' -Confirm:$false }
if ($interface.Name -ne 'Team 1 - VLAN 30') { Rename-NetAdapter -Name $interface.Name -NewName 'Team 1 - VLAN 30' }
# A team takes some seconds until its interface is one for others.
for ($i = 0; $i -lt 60; $i++) {
    $interface = Get-NetAdapter | Where-Object { $_.Name -eq 'Team 1' }
    if ($interface -and [string]$interface.Status -eq 'Up') { break }
    Start-Sleep -Milliseconds 500
}
