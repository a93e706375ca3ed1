# SR-IOV of the NICs of hv-01, environment golden. Written by multiport: do not edit here.
# May be run again: what is as it should be stays. A NIC that changes starts anew, and its link is down for some seconds.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# "SLOT 3 Port 1".
$sriov = Get-NetAdapterSriov -Name 'SLOT 3 Port 1'
if ($sriov.NumVFs -ne 16) { Set-NetAdapterSriov -Name 'SLOT 3 Port 1' -NumVFs 16 }
if ([bool]$sriov.Enabled -ne $true) { Enable-NetAdapterSriov -Name 'SLOT 3 Port 1' }

# "SLOT 5 Port 1".
$sriov = Get-NetAdapterSriov -Name 'SLOT 5 Port 1'
if ($sriov.NumVFs -ne 16) { Set-NetAdapterSriov -Name 'SLOT 5 Port 1' -NumVFs 16 }
if ([bool]$sriov.Enabled -ne $true) { Enable-NetAdapterSriov -Name 'SLOT 5 Port 1' }
