# IP settings of sql-01, environment golden. Written by multiport: do not edit here.
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

# A route besides the default one, in force and kept over a restart.
function Set-Route([string] $InterfaceAlias, [string] $DestinationPrefix, [string] $NextHop, [int] $RouteMetric) {
    $route = @{ InterfaceAlias = $InterfaceAlias; DestinationPrefix = $DestinationPrefix; NextHop = $NextHop }
    $rows = @('ActiveStore', 'PersistentStore' | ForEach-Object { Get-NetRoute -PolicyStore $_ } | Where-Object {
        $_.InterfaceAlias -eq $InterfaceAlias -and $_.DestinationPrefix -eq $DestinationPrefix -and $_.NextHop -eq $NextHop
    })
    if ($rows.Count -eq 2) {
        if (@($rows | Where-Object { $_.RouteMetric -ne $RouteMetric }).Count -gt 0) { Set-NetRoute @route -RouteMetric $RouteMetric }
        return
    }
    # Where it is half there, it can't be made.
    if ($rows.Count -gt 0) { Remove-NetRoute @route -Protocol NetMgmt -Confirm:$false }
    [void](New-NetRoute @route -RouteMetric $RouteMetric)
}

# Addresses leave first: one that changes over to another interface can't be on both.
$name = Find-Connection -MacAddress '00-15-5D-10-00-0C'
foreach ($address in @(Get-NetIPAddress | Where-Object { $_.InterfaceAlias -eq $name -and [string]$_.PrefixOrigin -eq 'Manual' })) {
    if (@('10.40.0.31/24') -notcontains ('{0}/{1}' -f $address.IPAddress, $address.PrefixLength)) {
        Remove-NetIPAddress -InterfaceAlias $name -IPAddress $address.IPAddress -Confirm:$false
    }
}
$name = 'Ethernet'
foreach ($address in @(Get-NetIPAddress | Where-Object { $_.InterfaceAlias -eq $name -and [string]$_.PrefixOrigin -eq 'Manual' })) {
    if (@('10.20.0.31/24', 'fd00:20::31/64') -notcontains ('{0}/{1}' -f $address.IPAddress, $address.PrefixLength)) {
        Remove-NetIPAddress -InterfaceAlias $name -IPAddress $address.IPAddress -Confirm:$false
    }
}
$name = 'Team 1 - VLAN 10'
foreach ($address in @(Get-NetIPAddress | Where-Object { $_.InterfaceAlias -eq $name -and [string]$_.PrefixOrigin -eq 'Manual' })) {
    if (@('10.10.0.31/24') -notcontains ('{0}/{1}' -f $address.IPAddress, $address.PrefixLength)) {
        Remove-NetIPAddress -InterfaceAlias $name -IPAddress $address.IPAddress -Confirm:$false
    }
}
$name = 'Team 1 - VLAN 30'
foreach ($address in @(Get-NetIPAddress | Where-Object { $_.InterfaceAlias -eq $name -and [string]$_.PrefixOrigin -eq 'Manual' })) {
    if (@('10.30.0.31/24') -notcontains ('{0}/{1}' -f $address.IPAddress, $address.PrefixLength)) {
        Remove-NetIPAddress -InterfaceAlias $name -IPAddress $address.IPAddress -Confirm:$false
    }
}

# "00:15:5d:10:00:0c". Its IP interface comes a moment after its adapter, and takes no address before the adapter is up.
$name = Find-Connection -MacAddress '00-15-5D-10-00-0C'
for ($i = 0; $i -lt 60; $i++) {
    $adapter = Get-NetAdapter | Where-Object { $_.Name -eq $name -and [string]$_.Status -eq 'Up' }
    if ($adapter -and (Get-NetIPInterface -InterfaceAlias $name -ErrorAction SilentlyContinue)) { break }
    Start-Sleep -Milliseconds 500
}
Set-NetIPInterface -InterfaceAlias $name -AddressFamily IPv4 -Dhcp Disabled
$there = @(Get-NetIPAddress | Where-Object { $_.InterfaceAlias -eq $name -and [string]$_.PrefixOrigin -eq 'Manual' } | ForEach-Object { '{0}/{1}' -f $_.IPAddress, $_.PrefixLength })
if ($there -notcontains '10.40.0.31/24') { [void](New-NetIPAddress -InterfaceAlias $name -IPAddress '10.40.0.31' -PrefixLength 24) }
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
Set-NetIPInterface -InterfaceAlias $name -NlMtuBytes 4000

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
if ($there -notcontains 'fd00:20::31/64') { [void](New-NetIPAddress -InterfaceAlias $name -IPAddress 'fd00:20::31' -PrefixLength 64) }
$wanted = @('10.20.0.1')
$routes = @(Get-NetRoute | Where-Object { $_.InterfaceAlias -eq $name -and ($_.DestinationPrefix -eq '0.0.0.0/0' -or $_.DestinationPrefix -eq '::/0') })
foreach ($route in $routes) {
    if ($wanted -notcontains $route.NextHop) {
        Remove-NetRoute -InterfaceAlias $name -DestinationPrefix $route.DestinationPrefix -NextHop $route.NextHop -Confirm:$false
    }
}
$there = @($routes | ForEach-Object { $_.NextHop })
if ($there -notcontains '10.20.0.1') {
    [void](New-NetRoute -InterfaceAlias $name -DestinationPrefix '0.0.0.0/0' -NextHop '10.20.0.1')
}
# Of the other routes those that are kept over a restart are somebody's; the rest is of Windows, DHCP and routers.
foreach ($route in @(Get-NetRoute -PolicyStore PersistentStore | Where-Object { $_.InterfaceAlias -eq $name -and $_.DestinationPrefix -notlike '*/0' })) {
    if (@('172.16.0.0/12 10.20.0.253', '172.16.0.0/12 10.20.0.254', '192.0.2.0/24 0.0.0.0', 'fd00:0:99::/48 fd00:20::fe') -notcontains ('{0} {1}' -f $route.DestinationPrefix, $route.NextHop)) {
        Remove-NetRoute -InterfaceAlias $name -DestinationPrefix $route.DestinationPrefix -NextHop $route.NextHop -Confirm:$false
    }
}
Set-Route -InterfaceAlias $name -DestinationPrefix '172.16.0.0/12' -NextHop '10.20.0.253' -RouteMetric 300
Set-Route -InterfaceAlias $name -DestinationPrefix '172.16.0.0/12' -NextHop '10.20.0.254' -RouteMetric 256
Set-Route -InterfaceAlias $name -DestinationPrefix '192.0.2.0/24' -NextHop '0.0.0.0' -RouteMetric 256
Set-Route -InterfaceAlias $name -DestinationPrefix 'fd00:0:99::/48' -NextHop 'fd00:20::fe' -RouteMetric 10
Set-DnsClientServerAddress -InterfaceAlias $name -ResetServerAddresses
Set-NetIPInterface -InterfaceAlias $name -NlMtuBytes 1500

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
    if (@('10.99.0.0/16 10.10.0.254') -notcontains ('{0} {1}' -f $route.DestinationPrefix, $route.NextHop)) {
        Remove-NetRoute -InterfaceAlias $name -DestinationPrefix $route.DestinationPrefix -NextHop $route.NextHop -Confirm:$false
    }
}
Set-Route -InterfaceAlias $name -DestinationPrefix '10.99.0.0/16' -NextHop '10.10.0.254' -RouteMetric 256
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
Set-NetIPInterface -InterfaceAlias $name -NlMtuBytes 9000
# An adapter that a switch or a team makes goes by it once it has started anew.
if ((Get-NetIPInterface -InterfaceAlias $name -AddressFamily IPv4).NlMtu -ne 9000) { Restart-NetAdapter -Name $name }
