"""Who may ask where: by the address itself, however it is written."""

import socket

import pytest

from probe.net.policy import REACH, Origin, Zone, zone_of


@pytest.mark.parametrize(
    "zone, addresses",
    [
        (Zone.GLOBAL, ["93.184.215.14", "2606:4700::1111", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"]),
        (Zone.PRIVATE, ["10.1.2.3", "172.16.0.1", "192.168.0.1", "100.64.0.1", "fd12::1", "fec0::1", "4000::1"]),
        (Zone.PRIVATE, ["::ffff:10.0.0.1", "2002:a00:1::", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "::10.0.0.1"]),
        (Zone.LOOPBACK, ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "::127.0.0.1"]),
        (Zone.NEVER, ["169.254.169.254", "169.254.0.23", "fe80::1%eth0", "fd00:ec2::254", "100.100.100.200"]),
        (Zone.NEVER, ["::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1"]),
        (Zone.NEVER, ["2001:0:1:2:3:4:5601:5601", "::a9fe:a9fe", "64:ff9b:1::6464:64c8", "168.63.129.16"]),
        (Zone.NEVER, ["0.0.0.0", "::", "0.1.2.3", "224.0.0.1", "255.255.255.255", "240.0.0.1", "ff02::1"]),
    ],
)  # fmt: skip
def test_an_address_lies_where_it_leads_to(zone: Zone, addresses: list[str]) -> None:
    assert {address: zone_of(address) for address in addresses} == dict.fromkeys(addresses, zone)


@pytest.mark.parametrize(
    "spelled", ["2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "0xA9.254.43518"]
)
def test_numbers_of_every_base_are_the_address_they_resolve_to(spelled: str) -> None:
    address = socket.getaddrinfo(spelled, 80, type=socket.SOCK_STREAM)[0][4][0]
    assert zone_of(str(address)) is Zone.NEVER


def test_a_customer_reaches_the_internet_and_the_operator_his_own_house_too() -> None:
    assert REACH[Origin.CUSTOMER] < Zone.PRIVATE < REACH[Origin.OPERATOR] < Zone.NEVER
