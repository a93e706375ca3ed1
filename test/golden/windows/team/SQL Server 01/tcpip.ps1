# IP settings of "SQL Server 01", environment golden. Written by multiport: do not edit here.
# May be run again: what is as it should be stays.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Addresses leave first: one that changes over to another interface can't be on both.
$name = 'Ethernet'
foreach ($address in @(Get-NetIPAddress | Where-Object { $_.InterfaceAlias -eq $name -and [string]$_.PrefixOrigin -eq 'Manual' })) {
    if (@('10.20.0.31/24') -notcontains ('{0}/{1}' -f $address.IPAddress, $address.PrefixLength)) {
        Remove-NetIPAddress -InterfaceAlias $name -IPAddress $address.IPAddress -Confirm:$false
    }
}
$name = 'Team 1 - VLAN 10'
foreach ($address in @(Get-NetIPAddress | Where-Object { $_.InterfaceAlias -eq $name -and [string]$_.PrefixOrigin -eq 'Manual' })) {
    if (@('10.10.0.31/24', 'fd00:10::31/64') -notcontains ('{0}/{1}' -f $address.IPAddress, $address.PrefixLength)) {
        Remove-NetIPAddress -InterfaceAlias $name -IPAddress $address.IPAddress -Confirm:$false
    }
}
$name = 'Team 1 - VLAN 30'
foreach ($address in @(Get-NetIPAddress | Where-Object { $_.InterfaceAlias -eq $name -and [string]$_.PrefixOrigin -eq 'Manual' })) {
    if (@('10.30.0.31/24') -notcontains ('{0}/{1}' -f $address.IPAddress, $address.PrefixLength)) {
        Remove-NetIPAddress -InterfaceAlias $name -IPAddress $address.IPAddress -Confirm:$false
    }
}

# Ethernet. Its IP interface comes a moment after its adapter, and takes no address before the adapter is up.
$name = 'Ethernet'
for ($i = 0; $i -lt 60; $i++) {
    $adapter = Get-NetAdapter | Where-Object { $_.Name -eq $name -and [string]$_.Status -eq 'Up' }
    if ($adapter -and (Get-NetIPInterface -InterfaceAlias $name -ErrorAction SilentlyContinue)) { break }
    Start-Sleep -Milliseconds 500
}
Set-NetIPInterface -InterfaceAlias $name -AddressFamily IPv4 -Dhcp Disabled
$there = @(Get-NetIPAddress | Where-Object { $_.InterfaceAlias -eq $name -and [string]$_.PrefixOrigin -eq 'Manual' } | ForEach-Object { '{0}/{1}' -f $_.IPAddress, $_.PrefixLength })
if ($there -notcontains '10.20.0.31/24') { [void](New-NetIPAddress -InterfaceAlias $name -IPAddress '10.20.0.31' -PrefixLength 24) }
$wanted = @()
$routes = @(Get-NetRoute | Where-Object { $_.InterfaceAlias -eq $name -and ($_.DestinationPrefix -eq '0.0.0.0/0' -or $_.DestinationPrefix -eq '::/0') })
foreach ($route in $routes) {
    if ($wanted -notcontains $route.NextHop) {
        Remove-NetRoute -InterfaceAlias $name -DestinationPrefix $route.DestinationPrefix -NextHop $route.NextHop -Confirm:$false
    }
}
$there = @($routes | ForEach-Object { $_.NextHop })
# Of the other routes those that are kept over a restart are somebody's; the rest is of Windows, DHCP and routers.
foreach ($route in @(Get-NetRoute -PolicyStore PersistentStore | Where-Object { $_.InterfaceAlias -eq $name -and $_.DestinationPrefix -notlike '*/0' })) {
    if (@() -notcontains ('{0} {1}' -f $route.DestinationPrefix, $route.NextHop)) {
        Remove-NetRoute -InterfaceAlias $name -DestinationPrefix $route.DestinationPrefix -NextHop $route.NextHop -Confirm:$false
    }
}
Set-DnsClientServerAddress -InterfaceAlias $name -ServerAddresses @('10.20.0.53', '10.20.0.54')
Set-NetIPInterface -InterfaceAlias $name -NlMtuBytes 1400

# "Team 1 - VLAN 10". Its IP interface comes a moment after its adapter, and takes no address before the adapter is up.
$name = 'Team 1 - VLAN 10'
for ($i = 0; $i -lt 60; $i++) {
    $adapter = Get-NetAdapter | Where-Object { $_.Name -eq $name -and [string]$_.Status -eq 'Up' }
    if ($adapter -and (Get-NetIPInterface -InterfaceAlias $name -ErrorAction SilentlyContinue)) { break }
    Start-Sleep -Milliseconds 500
}
Set-NetIPInterface -InterfaceAlias $name -AddressFamily IPv4 -Dhcp Disabled
$there = @(Get-NetIPAddress | Where-Object { $_.InterfaceAlias -eq $name -and [string]$_.PrefixOrigin -eq 'Manual' } | ForEach-Object { '{0}/{1}' -f $_.IPAddress, $_.PrefixLength })
if ($there -notcontains '10.10.0.31/24') { [void](New-NetIPAddress -InterfaceAlias $name -IPAddress '10.10.0.31' -PrefixLength 24) }
if ($there -notcontains 'fd00:10::31/64') { [void](New-NetIPAddress -InterfaceAlias $name -IPAddress 'fd00:10::31' -PrefixLength 64) }
$wanted = @('10.10.0.1')
$routes = @(Get-NetRoute | Where-Object { $_.InterfaceAlias -eq $name -and ($_.DestinationPrefix -eq '0.0.0.0/0' -or $_.DestinationPrefix -eq '::/0') })
foreach ($route in $routes) {
    if ($wanted -notcontains $route.NextHop) {
        Remove-NetRoute -InterfaceAlias $name -DestinationPrefix $route.DestinationPrefix -NextHop $route.NextHop -Confirm:$false
    }
}
$there = @($routes | ForEach-Object { $_.NextHop })
if ($there -notcontains '10.10.0.1') {
    [void](New-NetRoute -InterfaceAlias $name -DestinationPrefix '0.0.0.0/0' -NextHop '10.10.0.1')
}
# Of the other routes those that are kept over a restart are somebody's; the rest is of Windows, DHCP and routers.
foreach ($route in @(Get-NetRoute -PolicyStore PersistentStore | Where-Object { $_.InterfaceAlias -eq $name -and $_.DestinationPrefix -notlike '*/0' })) {
    if (@() -notcontains ('{0} {1}' -f $route.DestinationPrefix, $route.NextHop)) {
        Remove-NetRoute -InterfaceAlias $name -DestinationPrefix $route.DestinationPrefix -NextHop $route.NextHop -Confirm:$false
    }
}
Set-DnsClientServerAddress -InterfaceAlias $name -ResetServerAddresses
Set-NetIPInterface -InterfaceAlias $name -NlMtuBytes 1500
# An adapter that a switch or a team makes goes by it once it has started anew.
if ((Get-NetIPInterface -InterfaceAlias $name -AddressFamily IPv4).NlMtu -ne 1500) { Restart-NetAdapter -Name $name }

# "Team 1 - VLAN 30". Its IP interface comes a moment after its adapter, and takes no address before the adapter is up.
$name = 'Team 1 - VLAN 30'
for ($i = 0; $i -lt 60; $i++) {
    $adapter = Get-NetAdapter | Where-Object { $_.Name -eq $name -and [string]$_.Status -eq 'Up' }
    if ($adapter -and (Get-NetIPInterface -InterfaceAlias $name -ErrorAction SilentlyContinue)) { break }
    Start-Sleep -Milliseconds 500
}
Set-NetIPInterface -InterfaceAlias $name -AddressFamily IPv4 -Dhcp Disabled
$there = @(Get-NetIPAddress | Where-Object { $_.InterfaceAlias -eq $name -and [string]$_.PrefixOrigin -eq 'Manual' } | ForEach-Object { '{0}/{1}' -f $_.IPAddress, $_.PrefixLength })
if ($there -notcontains '10.30.0.31/24') { [void](New-NetIPAddress -InterfaceAlias $name -IPAddress '10.30.0.31' -PrefixLength 24) }
$wanted = @()
$routes = @(Get-NetRoute | Where-Object { $_.InterfaceAlias -eq $name -and ($_.DestinationPrefix -eq '0.0.0.0/0' -or $_.DestinationPrefix -eq '::/0') })
foreach ($route in $routes) {
    if ($wanted -notcontains $route.NextHop) {
        Remove-NetRoute -InterfaceAlias $name -DestinationPrefix $route.DestinationPrefix -NextHop $route.NextHop -Confirm:$false
    }
}
$there = @($routes | ForEach-Object { $_.NextHop })
# Of the other routes those that are kept over a restart are somebody's; the rest is of Windows, DHCP and routers.
foreach ($route in @(Get-NetRoute -PolicyStore PersistentStore | Where-Object { $_.InterfaceAlias -eq $name -and $_.DestinationPrefix -notlike '*/0' })) {
    if (@() -notcontains ('{0} {1}' -f $route.DestinationPrefix, $route.NextHop)) {
        Remove-NetRoute -InterfaceAlias $name -DestinationPrefix $route.DestinationPrefix -NextHop $route.NextHop -Confirm:$false
    }
}
Set-DnsClientServerAddress -InterfaceAlias $name -ResetServerAddresses
Set-NetIPInterface -InterfaceAlias $name -NlMtuBytes 1450
# An adapter that a switch or a team makes goes by it once it has started anew.
if ((Get-NetIPInterface -InterfaceAlias $name -AddressFamily IPv4).NlMtu -ne 1450) { Restart-NetAdapter -Name $name }
