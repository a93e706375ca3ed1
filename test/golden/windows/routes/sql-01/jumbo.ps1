# Jumbo frames of sql-01, environment golden. Written by multiport: do not edit here.
# May be run again: what carries enough stays. Sizes are with the Ethernet header, as drivers count them.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# The connection that has a MAC address. A virtual function has that of the adapter which it belongs to, and is none to be set.
function Find-Connection([string] $MacAddress) {
    $nics = @(Get-NetAdapter | Where-Object { $_.HardwareInterface -and $_.MacAddress -eq $MacAddress })
    if ($nics.Count -gt 1) { $nics = @($nics | Where-Object { $_.DriverFileName -like 'netvsc*' }) }
    if ($nics.Count -ne 1) { throw "No NIC of this machine, or more than one, has the MAC address $MacAddress" }
    return $nics[0].Name
}

# An adapter that a switch makes comes a moment after it.
function Get-JumboPacket([string] $Name) {
    for ($i = 0; $i -lt 60; $i++) {
        $property = Get-NetAdapterAdvancedProperty -Name $Name -RegistryKeyword '*JumboPacket' -ErrorAction SilentlyContinue | Where-Object { $_.RegistryKeyword -eq '*JumboPacket' }
        if ($property) { return $property }
        Start-Sleep -Milliseconds 500
    }
}
# The adapter starts anew by it. The next one waits, for two of one team are not to be down at once.
function Set-JumboPacket([string] $Name, [string] $Value) {
    $before = [string](Get-NetAdapter -Name $Name).Status
    Set-NetAdapterAdvancedProperty -Name $Name -RegistryKeyword '*JumboPacket' -RegistryValue $Value
    for ($i = 0; $i -lt 60 -and $before -eq 'Up'; $i++) {
        if ([string](Get-NetAdapter -Name $Name).Status -eq 'Up') { break }
        Start-Sleep -Milliseconds 500
    }
}
# To the smallest size of those that the driver has which carries as much.
function Expand-JumboPacket([string] $Name, [int] $Bytes) {
    $property = Get-JumboPacket -Name $Name
    if (-not $property) { throw "$Name has no jumbo frames" }
    if ([int][string]$property.RegistryValue -ge $Bytes) { return }
    $sizes = @($property.ValidRegistryValues | Where-Object { $_ } | ForEach-Object { [int]$_ })
    if ($sizes.Count -eq 0) {
        $least = [int]$property.NumericParameterMinValue
        $step = [Math]::Max(1, [int]$property.NumericParameterStepValue)
        $sizes = @($least + $step * [Math]::Ceiling(($Bytes - $least) / $step))
    }
    $fitting = @($sizes | Where-Object { $_ -ge $Bytes } | Sort-Object)
    if ($fitting.Count -eq 0) { throw "$Name carries no frames of $Bytes bytes" }
    Set-JumboPacket -Name $Name -Value $fitting[0]
}

Expand-JumboPacket -Name (Find-Connection -MacAddress '00-15-5D-10-00-0A') -Bytes 9014
Expand-JumboPacket -Name (Find-Connection -MacAddress '00-15-5D-10-00-0C') -Bytes 4014
Expand-JumboPacket -Name 'Ethernet 4' -Bytes 9014
