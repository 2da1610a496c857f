"""What people call the members of the closed lists, in English and French, and the law that an event is done under.

PURE: imports the standard library and db.vocabulary only. The rule for a label: a short phrase, lower case except
proper names (French writes État), without a full stop, and in its list like no other label of its language. Where
the Vienna Convention's authentic texts name the thing, the label says it in their words (VCLT 85); else in those of
the UN Treaty Section's glossary, handbook and Treaty Series; else in those of the treaty offices.
"""

from collections.abc import Mapping
from typing import Any

from db import vocabulary as v

_LISTS: Mapping[str, Any] = {
    "side": v.Side,
    "form": v.Form,
    "legal_character": v.LegalCharacter,
    "organization_kind": v.OrganizationKind,
    "predecessor_kind": v.PredecessorKind,
    "role": v.Role,
    "event_kind": v.EventKind,
    "ground": v.Ground,
    "relation_kind": v.RelationKind,
    "entry_condition": v.EntryCondition,
    "notification_anchor": v.NotificationAnchor,
    "renewal": v.Renewal,
    "notice_anchor": v.NoticeAnchor,
    "status": v.Status,
    "certainty": v.Certainty,
    "rule": v.Rule,
    "finding_kind": v.FindingKind,
    "finding_state": v.FindingState,
    "stance": v.Stance,
    "operation": v.Operation,
    "scope": v.Scope,
}

VOCABULARIES: Mapping[str, tuple[str, ...]] = {name: v.members(listed) for name, listed in _LISTS.items()}
"""Each closed list by its API name: its members in their order."""

_WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "side": {  # as preambles tell two sides of several parties apart
        "a": ("of the one part", "d'une part"),
        "b": ("of the other part", "d'autre part"),
    },
    "form": {
        "treaty": ("treaty", "traité"),
        "agreement": ("agreement", "accord"),
        "convention": ("convention", "convention"),
        "protocol": ("protocol", "protocole"),
        "exchange_of_notes": ("exchange of notes", "échange de notes"),
        "memorandum_of_understanding": ("memorandum of understanding", "mémorandum d'accord"),
        "arrangement": ("arrangement", "arrangement"),
        "declaration": ("declaration", "déclaration"),
        "other": ("other form", "autre forme"),
    },
    "legal_character": {
        "treaty": ("treaty", "traité"),
        "inter_agency": ("inter-agency agreement", "accord interinstitutionnel"),
        "non_binding": ("non-legally binding instrument", "instrument juridiquement non contraignant"),
        "unknown": ("unknown legal character", "caractère juridique inconnu"),
    },
    "organization_kind": {
        "state": ("state", "État"),
        "government": ("government", "gouvernement"),
        "ministry": ("ministry", "ministère"),
        "agency": ("government agency", "organisme public"),
        "embassy": ("embassy", "ambassade"),
        "legislature": ("legislature", "organe législatif"),
        "commission": ("commission", "commission"),
        "international_organization": ("international organization", "organisation internationale"),
        "subnational": ("subnational entity", "entité infranationale"),
        "territory": ("territory", "territoire"),
        "company": ("company", "société"),
        "other": ("other entity", "autre entité"),
    },
    "predecessor_kind": {
        "continuity": ("continuity of legal personality", "continuité de la personnalité juridique"),
        "succession": ("succession", "succession"),
        "merger": ("merger", "fusion"),
        "separation": ("separation", "séparation"),
    },
    "role": {
        "head": ("head of delegation", "chef de délégation"),
        "co_chair": ("co-chair", "coprésident"),
        "member": ("member", "membre"),
        "signatory": ("signatory", "signataire"),
        "witness": ("witness", "témoin"),
        "host": ("host", "hôte"),
        "speaker": ("speaker", "orateur"),
        "addressee": ("addressee", "destinataire"),
        "negotiator": ("negotiator", "négociateur"),
        "observer": ("observer", "observateur"),
        "guarantor": ("guarantor", "garant"),
        "participant": ("participant", "participant"),
    },
    "event_kind": {
        "visit": ("visit", "visite"),
        "meeting": ("meeting", "réunion"),
        "ceremony": ("ceremony", "cérémonie"),
        "statement": ("statement", "déclaration"),
        "hostilities": ("outbreak of hostilities", "ouverture d'hostilités"),
        "other": ("other event", "autre événement"),
        "negotiation": ("negotiation", "négociation"),
        "negotiation_authorised": ("authorization to negotiate", "autorisation de négocier"),
        "full_powers_issued": ("issuance of full powers", "délivrance des pleins pouvoirs"),
        "text_adopted": ("adoption of the text", "adoption du texte"),
        "initialled": ("initialling of the text", "paraphe du texte"),
        "signature": ("signature", "signature"),
        "signature_confirmed": ("confirmation of the signature", "confirmation de la signature"),
        "notes_exchanged": (
            "exchange of notes constituting an agreement",
            "échange de notes constituant un accord",
        ),
        "domestic_approval": ("parliamentary approval", "approbation parlementaire"),
        "domestic_law": ("law authorizing ratification", "loi autorisant la ratification"),
        "domestic_refusal": ("refusal of parliamentary approval", "refus de l'approbation parlementaire"),
        "court_review": ("constitutional review", "contrôle de constitutionnalité"),
        "promulgation": ("promulgation", "promulgation"),
        "publication": ("official publication", "publication officielle"),
        "instrument_exchanged": (
            "exchange of instruments of ratification",
            "échange des instruments de ratification",
        ),
        "instrument_deposited": (
            "deposit of the instrument of ratification",
            "dépôt de l'instrument de ratification",
        ),
        "notification_received": (
            "receipt of the notification of consent to be bound",
            "réception de la notification du consentement à être lié",
        ),
        "notification_sent": (
            "transmission of the notification of consent to be bound",
            "transmission de la notification du consentement à être lié",
        ),
        "consent_refused": (
            "intention not to become a party to the treaty",
            "intention de ne pas devenir partie au traité",
        ),
        "provisional_application_started": (
            "commencement of provisional application",
            "début de l'application à titre provisoire",
        ),
        "provisional_application_ended": (
            "termination of provisional application",
            "fin de l'application à titre provisoire",
        ),
        "entered_into_force": ("entry into force", "entrée en vigueur"),
        "registered": (
            "registration with the Secretariat of the United Nations",
            "enregistrement au Secrétariat des Nations Unies",
        ),
        "amended": ("amendment", "amendement"),
        "corrected": ("correction of errors", "correction des erreurs"),
        "extended": ("extension of the term", "prorogation"),
        "renewed": ("renewal", "reconduction"),
        "suspended": ("suspension of operation", "suspension de l'application"),
        "resumed": ("resumption of operation", "reprise de l'application"),
        "suspension_invoked": (
            "invocation of a ground for suspending operation",
            "invocation d'un motif de suspendre l'application",
        ),
        "denunciation_notified": ("notification of denunciation", "notification de la dénonciation"),
        "denunciation_received": (
            "receipt of the notification of denunciation",
            "réception de la notification de la dénonciation",
        ),
        "denunciation_revoked": (
            "revocation of the notification of denunciation",
            "révocation de la notification de la dénonciation",
        ),
        "termination_invoked": (
            "invocation of a ground for invalidity or termination",
            "invocation d'un motif de nullité ou d'extinction",
        ),
        "objection": ("objection", "objection"),
        "status_disputed": (
            "dispute as to the status of the treaty",
            "contestation relative à l'état du traité",
        ),
        "dispute_settled": ("settlement of the dispute", "règlement du différend"),
        "terminated": ("termination", "extinction"),
        "succession": ("succession of states", "succession d'États"),
        "continuity_confirmed": ("confirmation of continuity", "confirmation de la continuité"),
        "relations_severed": (
            "severance of diplomatic or consular relations",
            "rupture des relations diplomatiques ou consulaires",
        ),
    },
    "ground": {
        "expiry": ("expiry of the term", "expiration du terme"),
        "completion": ("full performance", "exécution intégrale"),
        "mutual_consent": ("consent of all the parties", "consentement de toutes les parties"),
        "superseded": ("conclusion of a later treaty", "conclusion d'un traité postérieur"),
        "denounced": ("denunciation", "dénonciation"),
        "party_extinct": ("extinction of a party", "disparition d'une partie"),
        "breach": ("material breach", "violation substantielle"),
        "impossibility": (
            "supervening impossibility of performance",
            "survenance d'une situation rendant l'exécution impossible",
        ),
        "changed_circumstances": (
            "fundamental change of circumstances",
            "changement fondamental de circonstances",
        ),
        "jus_cogens": (
            "emergence of a new peremptory norm (jus cogens)",
            "survenance d'une nouvelle norme impérative (jus cogens)",
        ),
        "obsolete": ("obsolescence", "désuétude"),
        "invalid": ("invalidity", "nullité"),
        "unknown": ("unknown ground", "motif inconnu"),
    },
    "relation_kind": {  # what the agreement that holds the relation is or does to the other
        "supersedes": ("replacement of an earlier agreement", "remplacement d'un accord antérieur"),
        "amends": ("amendment of another agreement", "amendement d'un autre accord"),
        "implements": ("implementation of another agreement", "mise en œuvre d'un autre accord"),
        "extends": ("extension of the term of another agreement", "prorogation d'un autre accord"),
        "terminates": ("termination of another agreement", "extinction d'un autre accord"),
        "suspends": (
            "suspension of the operation of another agreement",
            "suspension de l'application d'un autre accord",
        ),
        "confirms": ("confirmation of another agreement", "confirmation d'un autre accord"),
        "annex_of": ("annex to another agreement", "annexe à un autre accord"),
        "successive_same_subject": (
            "successive agreements relating to the same subject-matter",
            "accords successifs portant sur la même matière",
        ),
        "related": ("related agreements", "accords connexes"),
    },
    "entry_condition": {  # the moment that the clause waits for
        "on_signature": ("signature", "signature"),
        "fixed_date": ("date fixed by the treaty", "date fixée par le traité"),
        "on_exchange": ("exchange of instruments of ratification", "échange des instruments de ratification"),
        "on_last_notification": ("last notification", "dernière notification"),
        "on_notes": ("exchange of notes", "échange de notes"),
        "after_domestic_procedures": (
            "completion of internal procedures",
            "accomplissement des procédures internes",
        ),
        "linked_to": ("entry into force of another agreement", "entrée en vigueur d'un autre accord"),
        "first_of_month": (
            "first day of a month after the last consent to be bound",
            "premier jour d'un mois suivant le dernier consentement à être lié",
        ),
        "none": ("no clause on entry into force", "absence de clause d'entrée en vigueur"),
        "unknown": ("unknown condition", "condition inconnue"),
    },
    "notification_anchor": {
        "received": ("receipt of the notification", "réception de la notification"),
        "sent": ("transmission of the notification", "transmission de la notification"),
        "dated": ("date borne by the notification", "date portée par la notification"),
    },
    "renewal": {
        "none": ("no renewal", "absence de reconduction"),
        "tacit": ("tacit renewal for successive periods", "tacite reconduction par périodes successives"),
        "tacit_indefinite": (
            "tacit renewal for an indefinite period",
            "tacite reconduction pour une durée indéterminée",
        ),
        "express": ("express renewal", "reconduction expresse"),
        "unknown": ("unknown renewal", "reconduction inconnue"),
    },
    "notice_anchor": {
        "before_boundary": (
            "notice before the end of the current period",
            "préavis avant la fin de la période en cours",
        ),
        "any_time": ("notice at any time", "préavis à tout moment"),
        "before_year_end": (
            "notice before the end of the calendar year",
            "préavis avant la fin de l'année civile",
        ),
    },
    "status": {
        "terminated": ("terminated", "éteint"),
        "suspended": ("suspended", "suspendu"),
        "in_force": ("in force", "en vigueur"),
        "provisionally_applied": ("provisionally applied", "appliqué à titre provisoire"),
        "abandoned": ("abandoned", "abandonné"),
        "signed_not_in_force": ("signed, not in force", "signé, pas encore en vigueur"),
        "initialled": ("initialled", "paraphé"),
        "under_negotiation": ("under negotiation", "en cours de négociation"),
        "unknown": ("unknown status", "statut inconnu"),
    },
    "certainty": {
        "definite": ("definite", "certain"),
        "presumed": ("presumed", "présumé"),
        "possible": ("possible", "possible"),
    },
    "rule": {
        "no act recorded": ("no act recorded", "aucun acte consigné"),
        "VCLT 2(1)(c), negotiation": ("negotiation", "négociation"),
        "VCLT 7, full powers issued": ("full powers issued", "pleins pouvoirs délivrés"),
        "VCLT 9, text adopted": ("text adopted", "texte adopté"),
        "VCLT 10, initialled": ("initialled", "paraphé"),
        "VCLT 18(a), signed": ("signed", "signé"),
        "VCLT 18(a), consent refused": ("consent refused", "consentement refusé"),
        "VCLT 24, entry into force recorded": ("entry into force recorded", "entrée en vigueur consignée"),
        "VCLT 24, clause unknown, all have consented": (
            "clause unknown, all have consented",
            "clause inconnue, tous ont consenti",
        ),
        "VCLT 24(1), on signature": ("on signature", "dès la signature"),
        "VCLT 24(1), on a fixed date": ("on a fixed date", "à une date fixée"),
        "VCLT 24(1), on the exchange of instruments": ("on the exchange of instruments", "à l'échange des instruments"),
        "VCLT 24(1), on the last notification": ("on the last notification", "à la dernière notification"),
        "VCLT 24(1), on the exchange of notes": ("on the exchange of notes", "à l'échange des notes"),
        "VCLT 24(1), after domestic procedures": ("after domestic procedures", "après les procédures internes"),
        "VCLT 24(1), with another agreement": ("with another agreement", "avec un autre accord"),
        "VCLT 24(1), on the first day of a month": ("on the first day of a month", "le premier jour d'un mois"),
        "VCLT 24(2), no clause in the text": (
            "no clause on entry into force in the text",
            "aucune clause d'entrée en vigueur dans le texte",
        ),
        "VCLT 24(2), clause not recorded": (
            "clause on entry into force not recorded",
            "clause d'entrée en vigueur non consignée",
        ),
        "VCLT 25(1), applied provisionally": ("applied provisionally", "appliqué à titre provisoire"),
        "VCLT 25(2), provisional application ended": (
            "provisional application ended",
            "application provisoire terminée",
        ),
        "VCLT 54, ground unknown": ("ground unknown", "motif inconnu"),
        "VCLT 54(a), term expired": ("term expired", "terme échu"),
        "VCLT 54(a), term expired, renewal unknown": (
            "term expired, renewal unknown",
            "terme échu, reconduction inconnue",
        ),
        "VCLT 54(a), term expired before it was renewed": (
            "term expired before it was renewed",
            "terme échu avant la reconduction",
        ),
        "VCLT 54(a), renewed after its term had expired": (
            "renewed after its term had expired",
            "reconduit après l'échéance",
        ),
        "VCLT 54(a), length of the term unknown": ("length of the term unknown", "durée du terme inconnue"),
        "VCLT 54(a), last day passed before entry into force": (
            "last day passed before entry into force",
            "dernier jour passé avant l'entrée en vigueur",
        ),
        "VCLT 54(a), end recorded with the notice": ("end recorded with the notice", "fin consignée avec le préavis"),
        "VCLT 54(a), period of notice unknown": ("period of notice unknown", "délai de préavis inconnu"),
        "VCLT 54(a), notice before the end of a term": (
            "notice before the end of a term",
            "préavis avant la fin d'un terme",
        ),
        "VCLT 54(a), notice at any time": ("notice at any time", "préavis à tout moment"),
        "VCLT 54(a), notice before the end of a year": (
            "notice before the end of a year",
            "préavis avant la fin d'une année",
        ),
        "VCLT 54(a), expiry": ("expiry", "expiration"),
        "VCLT 54(a), completion": ("completion", "exécution complète"),
        "VCLT 54(a), denounced": ("denounced", "dénoncé"),
        "VCLT 54(b), mutual consent": ("mutual consent", "consentement mutuel"),
        "VCLT 54(b), obsolete": ("obsolete", "tombé en désuétude"),
        "VCLT 54(b), terminated by another agreement": (
            "terminated by another agreement",
            "éteint par un autre accord",
        ),
        "VCLT 56(1), no clause on denunciation": ("no clause on denunciation", "aucune clause de dénonciation"),
        "VCLT 57, suspended": ("suspended", "suspendu"),
        "VCLT 59(1), superseded": ("superseded", "remplacé"),
        "VCLT 59(2), suspended by another agreement": (
            "suspended by another agreement",
            "suspendu par un autre accord",
        ),
        "VCLT 60, breach": ("breach", "violation"),
        "VCLT 61, impossibility": ("impossibility of performance", "impossibilité d'exécution"),
        "VCLT 62, changed circumstances": (
            "fundamental change of circumstances",
            "changement fondamental de circonstances",
        ),
        "VCLT 64, jus cogens": ("conflict with jus cogens", "conflit avec le jus cogens"),
        "VCLT 69, invalid": ("invalid", "nul"),
        "VCLT 72, resumed": ("resumed", "de nouveau appliqué"),
        "a party ceased to exist": ("a party ceased to exist", "une partie a cessé d'exister"),
        "a party ceased to exist, succession unknown": (
            "a party ceased to exist, succession unknown",
            "une partie a cessé d'exister, succession inconnue",
        ),
    },
    "finding_kind": {
        "entry_contradicted": ("entry into force on several days", "entrée en vigueur à plusieurs dates"),
        "entry_computed_otherwise": (
            "entry into force other than by the clause",
            "entrée en vigueur autre que selon la clause",
        ),
        "entry_before_signature": ("entry into force before signature", "entrée en vigueur avant la signature"),
        "signature_contradicted": ("signature on other days", "signature à d'autres dates"),
        "consent_repeated": ("consent given again", "consentement donné de nouveau"),
        "deposited_where_exchange": (
            "instruments deposited in place of their exchange",
            "instruments déposés au lieu d'être échangés",
        ),
        "end_contradicted": ("termination on several days", "extinction à plusieurs dates"),
        "end_computed_otherwise": ("termination other than by the clause", "extinction autre que selon la clause"),
        "end_without_entry": ("termination without entry into force", "extinction sans entrée en vigueur"),
        "notice_without_entry": ("denunciation without entry into force", "dénonciation sans entrée en vigueur"),
        "act_of_no_party": ("act of no party", "acte d'aucune partie"),
        "relation_of_others": (
            "effect on an agreement between other parties",
            "effet sur un accord entre d'autres parties",
        ),
        "too_imprecise": ("too many imprecise dates", "trop de dates imprécises"),
    },
    "finding_state": {
        "open": ("open", "ouvert"),
        "accepted": ("accepted", "accepté"),
        "resolved": ("resolved", "résolu"),
    },
    "stance": {
        "supports": ("source in support", "source à l'appui"),
        "disputes": ("source to the contrary", "source contraire"),
    },
    "operation": {
        "created": ("creation of the record", "création de la fiche"),
        "changed": ("change of the record", "modification de la fiche"),
        "withdrawn": ("withdrawal of the record", "retrait de la fiche"),
        "restored": ("restoration of the record", "rétablissement de la fiche"),
        "reshaped": ("conversion of the record to a new format", "conversion de la fiche à un nouveau format"),
        "elapsed": ("lapse of time", "écoulement du temps"),
    },
    "scope": {
        "read": ("read access", "accès en lecture"),
        "write": ("write access", "accès en écriture"),
        "admin": ("administrator access", "accès administrateur"),
    },
}
"""Each member's label in English, then in French."""

LABELS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    name: {member: {"en": english, "fr": french} for member, (english, french) in words.items()}
    for name, words in _WORDS.items()
}
"""The label of each member of each list, by BCP 47 tag."""

LAW: Mapping[str, str] = {
    "hostilities": "VCLT 73",
    "negotiation": "VCLT 2(1)(c), 7",
    "negotiation_authorised": "VCLT 2(1)(c), 7",
    "full_powers_issued": "VCLT 2(1)(c), 7",
    "text_adopted": "VCLT 9",
    "initialled": "VCLT 10",
    "signature": "VCLT 11, 12, 14, 18(a)",
    "signature_confirmed": "VCLT 8, 12(2)(b)",
    "notes_exchanged": "VCLT 13",
    "domestic_approval": "VCLT 2(1)(b), 11",
    "domestic_law": "VCLT 2(1)(b), 11",
    "domestic_refusal": "VCLT 2(1)(b), 11",
    "court_review": "VCLT 2(1)(b), 11",
    "promulgation": "VCLT 2(1)(b), 11",
    "publication": "VCLT 2(1)(b), 11",
    "instrument_exchanged": "VCLT 14, 16, 78(b)",
    "instrument_deposited": "VCLT 14, 16, 78(b)",
    "notification_received": "VCLT 14, 16, 78(b)",
    "notification_sent": "VCLT 78(b)",
    "consent_refused": "VCLT 18(a), 25(2)",
    "provisional_application_started": "VCLT 25",
    "provisional_application_ended": "VCLT 25",
    "entered_into_force": "VCLT 24",
    "registered": "VCLT 80",
    "amended": "VCLT 39",
    "corrected": "VCLT 79",
    "suspended": "VCLT 57, 59(2), 60(1), 61, 62(3), 65, 67, 72",
    "resumed": "VCLT 57, 59(2), 60(1), 61, 62(3), 65, 67, 72",
    "suspension_invoked": "VCLT 65",
    "denunciation_notified": "VCLT 54(a), 56, 67, 68",
    "denunciation_received": "VCLT 54(a), 56, 67, 68",
    "denunciation_revoked": "VCLT 54(a), 56, 67, 68",
    "termination_invoked": "VCLT 46-53, 60-62, 65-67",
    "objection": "VCLT 46-53, 60-62, 65-67",
    "status_disputed": "VCLT 46-53, 60-62, 65-67",
    "dispute_settled": "VCLT 46-53, 60-62, 65-67",
    "terminated": "VCLT 54, 59-62, 64, 70",
    "relations_severed": "VCLT 63",
}
"""The articles of the Vienna Convention on the Law of Treaties for each kind of event, as DOMAIN 4 names them; of a row
that names one article for each of its kinds, or one that can mean a single kind (73: hostilities), each has its own."""
