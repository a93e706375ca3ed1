# NIC Teaming of hv-02, environment golden. Written by multiport: do not edit here.
# May be run again: what is as it should be stays.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Team "Team One".
$nics = @('Ethernet', 'Ethernet 2')
$team = Get-NetLbfoTeam | Where-Object { $_.Name -eq 'Team One' }
if (-not $team) {
    $options = @{
        Name                   = 'Team One'
        TeamMembers            = $nics
        TeamingMode            = 'Lacp'
        LoadBalancingAlgorithm = 'Dynamic'
        Confirm                = $false
    }
    $options['LacpTimer'] = 'Fast'
    [void](New-NetLbfoTeam @options)
} else {
    $members = @($team.Members)
    foreach ($nic in $nics) {
        if ($members -notcontains $nic) { [void](Add-NetLbfoTeamMember -Name $nic -Team 'Team One' -Confirm:$false) }
    }
    foreach ($nic in $members) {
        if ($nics -notcontains $nic) { Remove-NetLbfoTeamMember -Name $nic -Team 'Team One' -Confirm:$false }
    }
    Set-NetLbfoTeam -Name 'Team One' -TeamingMode 'Lacp' -LoadBalancingAlgorithm 'Dynamic' -LacpTimer 'Fast' -Confirm:$false
}
foreach ($member in @(Get-NetLbfoTeamMember -Team 'Team One')) {
    $mode = 'Active'
    if ([string]$member.AdministrativeMode -ne $mode) {
        Set-NetLbfoTeamMember -Name $member.Name -Team 'Team One' -AdministrativeMode $mode -Confirm:$false
    }
}
# Its interfaces: that of untagged frames, which stays with the team, and one for each VLAN.
foreach ($interface in @(Get-NetLbfoTeamNic -Team 'Team One')) {
    if ($interface.Primary) {
        if (-not $interface.Default) { Set-NetLbfoTeamNic -Name $interface.Name -Team 'Team One' -Default -Confirm:$false }
    } elseif (@() -notcontains $interface.VlanID) {
        Remove-NetLbfoTeamNic -Team 'Team One' -VlanID $interface.VlanID -Confirm:$false
    }
}
$interface = Get-NetLbfoTeamNic -Team 'Team One' | Where-Object { $_.Primary }
if ($interface.Name -ne 'Team One') { Rename-NetAdapter -Name $interface.Name -NewName 'Team One' }
# A team takes some seconds until its interface is one for others.
for ($i = 0; $i -lt 60; $i++) {
    $interface = Get-NetAdapter | Where-Object { $_.Name -eq 'Team One' }
    if ($interface -and [string]$interface.Status -eq 'Up') { break }
    Start-Sleep -Milliseconds 500
}
