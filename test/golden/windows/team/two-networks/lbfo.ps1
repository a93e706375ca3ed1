# NIC Teaming of two-networks, environment golden. Written by multiport: do not edit here.
# May be run again: what is as it should be stays.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Team Production.
$nics = @('Ethernet 2', 'Ethernet 3')
$team = Get-NetLbfoTeam | Where-Object { $_.Name -eq 'Production' }
if (-not $team) {
    $options = @{
        Name                   = 'Production'
        TeamMembers            = $nics
        TeamingMode            = 'SwitchIndependent'
        LoadBalancingAlgorithm = 'TransportPorts'
        Confirm                = $false
    }
    [void](New-NetLbfoTeam @options)
} else {
    $members = @($team.Members)
    foreach ($nic in $nics) {
        if ($members -notcontains $nic) { [void](Add-NetLbfoTeamMember -Name $nic -Team 'Production' -Confirm:$false) }
    }
    foreach ($nic in $members) {
        if ($nics -notcontains $nic) { Remove-NetLbfoTeamMember -Name $nic -Team 'Production' -Confirm:$false }
    }
    Set-NetLbfoTeam -Name 'Production' -TeamingMode 'SwitchIndependent' -LoadBalancingAlgorithm 'TransportPorts' -Confirm:$false
}
foreach ($member in @(Get-NetLbfoTeamMember -Team 'Production')) {
    $mode = 'Active'
    if ([string]$member.AdministrativeMode -ne $mode) {
        Set-NetLbfoTeamMember -Name $member.Name -Team 'Production' -AdministrativeMode $mode -Confirm:$false
    }
}
# Its interfaces: that of untagged frames, which stays with the team, and one for each VLAN.
foreach ($interface in @(Get-NetLbfoTeamNic -Team 'Production')) {
    if ($interface.Primary) {
        if (-not $interface.Default) { Set-NetLbfoTeamNic -Name $interface.Name -Team 'Production' -Default -Confirm:$false }
    } elseif (@() -notcontains $interface.VlanID) {
        Remove-NetLbfoTeamNic -Team 'Production' -VlanID $interface.VlanID -Confirm:$false
    }
}
$interface = Get-NetLbfoTeamNic -Team 'Production' | Where-Object { $_.Primary }
if ($interface.Name -ne 'Production') { Rename-NetAdapter -Name $interface.Name -NewName 'Production' }
# A team takes some seconds until its interface is one for others.
for ($i = 0; $i -lt 60; $i++) {
    $interface = Get-NetAdapter | Where-Object { $_.Name -eq 'Production' }
    if ($interface -and [string]$interface.Status -eq 'Up') { break }
    Start-Sleep -Milliseconds 500
}
