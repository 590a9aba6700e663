use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use proptest::prelude::*;

use super::{Policy, Rule};

fn policy(connect: &[&str], bind: &[&str]) -> Policy {
    let rules = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
    Policy::new(rules(connect), rules(bind)).unwrap()
}

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// What each rule lets through and what it does not.
#[test]
fn rules_permit_what_they_say_and_nothing_else() {
    let cases: [(&str, &[&str], &[&str]); 12] = [
        (
            "private",
            &["10.1.2.3:1", "172.31.0.1:1", "192.168.0.1:1", "[fd12::1]:1"],
            &["172.32.0.1:1", "8.8.8.8:1", "100.64.0.1:1"],
        ),
        (
            "public",
            &["8.8.8.8:53", "[2606:4700::1111]:443"],
            &[
                "10.0.0.1:1",
                "203.0.113.1:1",
                "[2001:db8::1]:1",
                "224.0.0.1:1",
            ],
        ),
        (
            "multicast",
            &["224.0.0.251:5353", "[ff02::fb]:5353"],
            &["223.1.1.1:1"],
        ),
        ("broadcast", &["255.255.255.255:9"], &["255.255.255.254:9"]),
        ("10.0.0.0/8", &["10.255.0.1:1"], &["11.0.0.1:1"]),
        (
            "10.0.0.0/8:80-90",
            &["10.0.0.1:80", "10.0.0.1:90"],
            &["10.0.0.1:79", "10.0.0.1:91"],
        ),
        (
            "10.0.0.7:80",
            &["10.0.0.7:80"],
            &["10.0.0.7:81", "10.0.0.8:80"],
        ),
        (
            "[fd00::7]:80",
            &["[fd00::7]:80"],
            &["[fd00::7]:81", "[fd00::8]:80"],
        ),
        ("fd00::/8", &["[fd42::1]:80"], &["[fc00::1]:80"]),
        ("private:22", &["10.0.0.1:22"], &["10.0.0.1:23"]),
        (
            "8000-8999",
            &["8.8.8.8:8000", "10.0.0.1:8999"],
            &["8.8.8.8:7999", "224.0.0.1:8000"],
        ),
        (
            "0.0.0.0/0",
            &["8.8.8.8:1", "10.0.0.1:1"],
            &["224.0.0.1:1", "255.255.255.255:1", "169.254.0.1:1"],
        ),
    ];
    for (rule, yes, no) in cases {
        let policy = policy(&[rule], &[]);
        for address in yes {
            policy
                .check_connect(at(address))
                .unwrap_or_else(|refusal| panic!("{rule}: {refusal:?}"));
        }
        for address in no {
            assert!(
                policy.check_connect(at(address)).is_err(),
                "{rule} lets {address} through"
            );
        }
    }
}

#[test]
fn what_is_no_rule_is_explained() {
    for text in [
        "",
        "privat",
        "10.0.0.0/33",
        "host",
        "10.0.0.1:",
        "10.0.0.1:70000",
        "9-8",
        "[::1",
        "[::1]80",
        "+80",
        "1.2.3:80",
    ] {
        let error = text.parse::<Rule>().unwrap_err();
        assert!(error.to_string().contains(" is "), "{text}: {error}");
    }
}

#[test]
fn a_host_name_in_a_rule_is_looked_up_at_the_start() {
    let policy = policy(&["localhost:80"], &[]);
    assert_eq!(policy.describe().connect, ["loopback", "localhost:80"]);
    let rule = "no-such-host.invalid:80".parse().unwrap();
    let error = Policy::new(vec![rule], Vec::new()).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("--allow-connect no-such-host.invalid:80"),
        "{error}"
    );
}

#[test]
fn without_flags_only_loopback_is_reached_and_bound() {
    let policy = Policy::loopback();
    for address in [
        "127.0.0.1:80",
        "127.9.9.9:80",
        "[::1]:80",
        "[::ffff:127.0.0.1]:80",
    ] {
        assert_eq!(policy.check_connect(at(address)), Ok(()), "{address}");
        assert_eq!(policy.check_bind(at(address)), Ok(()), "{address}");
    }
    let refusal = policy.check_connect(at("10.0.0.7:80")).unwrap_err();
    assert_eq!(
        refusal.message,
        "10.0.0.7:80 is a private address, and this bridge connects only to loopback"
    );
    assert_eq!(
        refusal.allow.as_deref(),
        Some("--allow-connect 10.0.0.7:80")
    );
    let refusal = policy.check_bind(at("0.0.0.0:0")).unwrap_err();
    assert_eq!(refusal.allow.as_deref(), Some("--allow-bind wildcard"));
    let refusal = policy.check_connect(at("[::ffff:8.8.8.8]:53")).unwrap_err();
    assert_eq!(refusal.allow.as_deref(), Some("--allow-connect 8.8.8.8:53"));
}

#[test]
fn some_places_are_never_allowed() {
    let policy = policy(
        &["0.0.0.0/0", "::/0", "0-65535", "private", "169.254.0.0/16"],
        &["0.0.0.0/0", "::/0", "wildcard", "169.254.0.0/16"],
    );
    for address in [
        "169.254.169.254:80",
        "169.254.1.1:80",
        "[fe80::1]:80",
        "[fd00:ec2::254]:80",
        "100.100.100.200:80",
        "0.0.0.0:80",
        "[::]:80",
        "[::ffff:169.254.169.254]:80",
        "[64:ff9b::169.254.169.254]:80",
        "[2002:a9fe:a9fe::1]:80",
        "[::169.254.169.254]:80",
        "[2001:0:1:2:3:4:5601:5601]:80",
    ] {
        let refusal = policy.check_connect(at(address)).unwrap_err();
        assert_eq!(refusal.allow, None, "{address}: {refusal:?}");
    }
    assert_eq!(policy.check_bind(at("0.0.0.0:80")), Ok(()));
    assert_eq!(
        policy.check_bind(at("169.254.1.1:80")).unwrap_err().allow,
        None
    );
}

#[test]
fn the_bridges_own_port_is_out_of_reach_on_every_address_of_this_machine() {
    let policy = policy(&["0.0.0.0/0", "::/0"], &["wildcard"]).with_own(at("127.0.0.1:7878"));
    for address in [
        "127.0.0.1:7878",
        "127.0.0.2:7878",
        "[::1]:7878",
        "[::ffff:127.0.0.1]:7878",
    ] {
        let refusal = policy.check_connect(at(address)).unwrap_err();
        assert!(refusal.message.contains("own port"), "{refusal:?}");
        assert_eq!(refusal.allow, None);
    }
    assert!(policy.check_bind(at("0.0.0.0:7878")).is_err());
    assert_eq!(policy.check_connect(at("127.0.0.1:7879")), Ok(()));
    assert_eq!(policy.check_connect(at("8.8.8.8:7878")), Ok(()));
}

proptest! {
    #[test]
    fn a_refusals_flag_lifts_it(ip: IpAddr, port: u16, bind: bool) {
        let address = SocketAddr::new(ip, port);
        let check = |policy: &Policy| if bind { policy.check_bind(address) } else { policy.check_connect(address) };
        let mut rules = Vec::new();
        let mut result = check(&Policy::loopback());
        // An address inside an address may need a flag of its own.
        for _ in 0..2 {
            let Err(refusal) = &result else { break };
            let Some(flag) = refusal.allow.clone() else { return Ok(()) };
            let (name, value) = flag.split_once(' ').unwrap();
            prop_assert_eq!(name, if bind { "--allow-bind" } else { "--allow-connect" });
            rules.push(value.parse().unwrap());
            result = check(&Policy::new(rules.clone(), rules.clone()).unwrap());
        }
        if let Err(refusal) = result {
            prop_assert_eq!(refusal.allow, None);
        }
    }

    #[test]
    fn an_ipv4_address_in_ipv6_clothes_is_judged_as_itself(v4: std::net::Ipv4Addr, port: u16) {
        let policy = policy(&["private"], &[]);
        let mapped = SocketAddr::new(v4.to_ipv6_mapped().into(), port);
        prop_assert_eq!(policy.check_connect(mapped), policy.check_connect(SocketAddr::new(v4.into(), port)));
        let [a, b, c, d] = v4.octets();
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let nat64 = SocketAddr::new(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low).into(), port);
        prop_assert!(policy.check_connect(nat64).is_err(), "a gateway is not loopback, nor private");
    }

    #[test]
    fn any_text_is_a_rule_or_an_error(text in ".{0,40}") {
        if let Ok(rule) = text.parse::<Rule>() {
            prop_assert_eq!(rule.to_string(), text.trim());
        }
    }
}
