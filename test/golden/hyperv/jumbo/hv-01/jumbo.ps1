# Jumbo frames of hv-01, environment golden. Written by multiport: do not edit here.
# May be run again: what carries enough stays. Sizes are with the Ethernet header, as drivers count them.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

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

Expand-JumboPacket -Name 'SLOT 3 Port 1' -Bytes 9014
Expand-JumboPacket -Name 'SLOT 5 Port 1' -Bytes 9014
Expand-JumboPacket -Name 'SLOT 7 Port 1' -Bytes 4014
Expand-JumboPacket -Name 'vEthernet (storage0)' -Bytes 9014
