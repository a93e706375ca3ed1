# IP settings of desk, environment golden. Written by multiport: do not edit here.
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

# Addresses leave first: one that changes over to another interface can't be on both.
$name = Find-Connection -MacAddress '00-15-5D-10-00-0C'
foreach ($address in @(Get-NetIPAddress | Where-Object { $_.InterfaceAlias -eq $name -and [string]$_.PrefixOrigin -eq 'Manual' })) {
    if (@('10.20.0.33/24') -notcontains ('{0}/{1}' -f $address.IPAddress, $address.PrefixLength)) {
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
if ($there -notcontains '10.20.0.33/24') { [void](New-NetIPAddress -InterfaceAlias $name -IPAddress '10.20.0.33' -PrefixLength 24) }
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
Set-NetIPInterface -InterfaceAlias $name -NlMtuBytes 1400
