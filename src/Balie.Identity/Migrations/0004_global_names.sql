-- Names that find an organisation cannot begin with it. Whoever claims one learns that it is taken, as with any address on the web.
comment on index identity.organisations_slug_unique is 'For everyone: a slug leads to one organisation.';
comment on index identity.organisations_one_default is 'For everyone: one organisation answers where none is named.';
comment on index identity.hosts_unique is 'For everyone: a host name leads to one organisation.';
