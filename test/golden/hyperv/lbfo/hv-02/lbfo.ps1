# NIC Teaming of hv-02, environment golden. Written by multiport: do not edit here.
# May be run again: what is as it should be stays.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Team "Team One".
$team = Get-NetLbfoTeam | Where-Object { $_.Name -eq 'Team One' }
if (-not $team) {
    $options = @{
        Name                   = 'Team One'
        TeamMembers            = @('Ethernet', 'Ethernet 2')
        TeamingMode            = 'Lacp'
        LoadBalancingAlgorithm = 'Dynamic'
        Confirm                = $false
    }
    $options['LacpTimer'] = 'Fast'
    [void](New-NetLbfoTeam @options)
} else {
    $members = @($team.Members)
    foreach ($nic in @('Ethernet', 'Ethernet 2')) {
        if ($members -notcontains $nic) { [void](Add-NetLbfoTeamMember -Name $nic -Team 'Team One' -Confirm:$false) }
    }
    foreach ($nic in $members) {
        if (@('Ethernet', 'Ethernet 2') -notcontains $nic) { Remove-NetLbfoTeamMember -Name $nic -Team 'Team One' -Confirm:$false }
    }
    Set-NetLbfoTeam -Name 'Team One' -TeamingMode 'Lacp' -LoadBalancingAlgorithm 'Dynamic' -LacpTimer 'Fast' -Confirm:$false
}
foreach ($member in @(Get-NetLbfoTeamMember -Team 'Team One')) {
    $mode = 'Active'
    if ([string]$member.AdministrativeMode -ne $mode) {
        Set-NetLbfoTeamMember -Name $member.Name -Team 'Team One' -AdministrativeMode $mode -Confirm:$false
    }
}
# A team takes some seconds until its interface is one for others.
for ($i = 0; $i -lt 60; $i++) {
    $interface = Get-NetAdapter | Where-Object { $_.Name -eq 'Team One' }
    if ($interface -and [string]$interface.Status -eq 'Up') { break }
    Start-Sleep -Milliseconds 500
}
