# IP settings of hv-01, environment golden. Written by multiport: do not edit here.
# May be run again: what is as it should be stays.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# "vEthernet (mgmt0)". Its IP interface comes a moment after its adapter, and takes no address before the adapter is up.
for ($i = 0; $i -lt 60; $i++) {
    $adapter = Get-NetAdapter | Where-Object { $_.Name -eq 'vEthernet (mgmt0)' -and [string]$_.Status -eq 'Up' }
    if ($adapter -and (Get-NetIPInterface -InterfaceAlias 'vEthernet (mgmt0)' -ErrorAction SilentlyContinue)) { break }
    Start-Sleep -Milliseconds 500
}
Set-NetIPInterface -InterfaceAlias 'vEthernet (mgmt0)' -AddressFamily IPv4 -Dhcp Disabled
$wanted = @('10.10.0.11/24')
$found = @(Get-NetIPAddress | Where-Object { $_.InterfaceAlias -eq 'vEthernet (mgmt0)' -and [string]$_.PrefixOrigin -eq 'Manual' })
foreach ($address in $found) {
    if ($wanted -notcontains ('{0}/{1}' -f $address.IPAddress, $address.PrefixLength)) {
        Remove-NetIPAddress -InterfaceAlias 'vEthernet (mgmt0)' -IPAddress $address.IPAddress -Confirm:$false
    }
}
$there = @($found | ForEach-Object { '{0}/{1}' -f $_.IPAddress, $_.PrefixLength })
if ($there -notcontains '10.10.0.11/24') {
    [void](New-NetIPAddress -InterfaceAlias 'vEthernet (mgmt0)' -IPAddress '10.10.0.11' -PrefixLength 24)
}
$wanted = @('10.10.0.1')
$routes = @(Get-NetRoute | Where-Object { $_.InterfaceAlias -eq 'vEthernet (mgmt0)' -and ($_.DestinationPrefix -eq '0.0.0.0/0' -or $_.DestinationPrefix -eq '::/0') })
foreach ($route in $routes) {
    if ($wanted -notcontains $route.NextHop) {
        Remove-NetRoute -InterfaceAlias 'vEthernet (mgmt0)' -DestinationPrefix $route.DestinationPrefix -NextHop $route.NextHop -Confirm:$false
    }
}
$there = @($routes | ForEach-Object { $_.NextHop })
if ($there -notcontains '10.10.0.1') {
    [void](New-NetRoute -InterfaceAlias 'vEthernet (mgmt0)' -DestinationPrefix '0.0.0.0/0' -NextHop '10.10.0.1')
}
Set-DnsClientServerAddress -InterfaceAlias 'vEthernet (mgmt0)' -ServerAddresses @('10.10.0.53', '10.10.0.54')
Set-NetIPInterface -InterfaceAlias 'vEthernet (mgmt0)' -NlMtuBytes 1500
