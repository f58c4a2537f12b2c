package access

import "strings"

// nameTable gives the kinds that words of field names speak of: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish and
// Swedish, without accents. Words that mean other things as often (name, number, code, id, city, account) are not in it.
var nameTable = func() map[string]kindSet {
	table := make(map[string]kindSet)
	for _, of := range [...]struct {
		kinds kindSet
		words string
	}{
		{kindSetOf(kindEmail), "email emails mail mails emailaddress mailaddress mailaddr emailaddr emailid correo correoelectronico courriel adressemail adresseemail emailadresse mailadresse epost poczta eposta"},
		{kindSetOf(kindPhone), "phone phones phonenumber phoneno telephone telephonenumber tel telno mobile mobilephone mobileno mobilenumber cell cellphone cellnumber msisdn fax faxnumber telefon telefonnummer telefono " +
			"telefone telefoon telefoonnummer handy handynummer mobil mobilnummer mobiltelefon celular movil telephoneportable cellulare komorka rufnummer whatsapp sms callerid calledid contactno contactnumber"},
		{kindSetOf(kindCard), "pan cardnumber cardno cardnum cardpan creditcard creditcardnumber creditcardno ccnumber ccnum ccno debitcard debitcardnumber kreditkarte kreditkartennummer kartennummer cartebancaire numerocarte tarjeta " +
			"numerotarjeta cartadicredito numerocarta cartaocredito numerocartao creditcardnummer kaartnummer kortnummer primaryaccountnumber"},
		{kindSetOf(kindIBAN), "iban ibannumber ibancode ibannummer"},
		{kindSetOf(kindAccount), "accountnumber accountno acctnumber acctno bankaccount bankaccountnumber bankaccountno kontonummer bankkonto bankverbindung kontoverbindung numerocompte comptebancaire cuentabancaria numerocuenta contobancario " +
			"numeroconto contabancaria numeroconta rekeningnummer numerkonta sortcode routingnumber bic swift cvv cvc cvv2 cardcode securitycode"},
		{kindSetOf(kindSSN), "ssn socialsecurity socialsecuritynumber socialsecurityno socialsecuritynum"},
		{kindSetOf(kindNHS), "nhs nhsnumber nhsno nhsnum"},
		{kindSetOf(kindTaxDE), "steuerid steueridnr steueridentifikationsnummer steuernummer steuernr idnr tin"},
		{kindSetOf(kindDNI), "dni nie nif documentoidentidad"},
		{kindSetOf(kindCodiceFiscale), "codicefiscale codfiscale codfisc"},
		{kindSetOf(kindNIR), "nir insee numerosecu numerosecuritesociale securitesociale numsecu"},
		{kindSetOf(kindCPF), "cpf cadastropessoafisica"},
		{kindSetOf(kindAadhaar), "aadhaar aadhar uidai aadhaarnumber"},
		{kindSetOf(kindPESEL), "pesel"},
		{kindSetOf(kindPersonnummer), "personnummer personnr pnr samordningsnummer fodselsnummer"},
		{kindSetOf(kindNationalID), "nationalid nationalidnumber nationalinsurance nationalinsurancenumber nino taxid taxidnumber taxnumber taxno taxpayerid idnumber idcard idcardnumber identitynumber identitycard personalid personalnumber " +
			"passport passportnumber passportno driverslicense driverslicence driverlicense drivinglicence drivinglicense licensenumber ausweis ausweisnummer personalausweis reisepass reisepassnummer sozialversicherungsnummer svnummer " +
			"passeport cartaidentita passaporto pasaporte bsn burgerservicenummer paszport dowodosobisty"},
		{kindSetOf(kindIP), "ip ipaddress ipaddr ips clientip remoteip sourceip srcip dstip destip destinationip userip peerip remoteaddr remoteaddress clientaddr clientaddress xforwardedfor forwardedfor ipadresse adresseip direccionip " +
			"indirizzoip enderecoip host hostaddress"},
		{kindSetOf(kindMAC), "mac macaddress macaddr hwaddr hardwareaddress bssid imei imsi"},
		{kindSetOf(kindJWT), "jwt idtoken"},
		{kindSetOf(kindKey), "apikey apikeys accesskey accesskeyid secretkey awsaccesskeyid awssecretaccesskey"},
		{kindSetOf(kindPEM), "privatekey pem privatkey signingkey encryptionkey"},
		{kindSetOf(kindPassword), "password passwords passwd passphrase pwd secret secrets clientsecret token accesstoken refreshtoken authtoken bearertoken sessiontoken authorization credential credentials pincode passwort kennwort " +
			"geheimnis motdepasse mdp contrasena clave parola senha wachtwoord haslo losenord otp sessionid sessid cookie setcookie"},
		{kindSetOf(kindBirthDate), "dob birth birthdate dateofbirth yob birthday birthdt bday birthyear yearofbirth geburtsdatum geburtstag gebdatum gebdat gebtag datenaissance datedenaissance naissance fechanacimiento fechadenacimiento nacimiento datanascita datadinascita " +
			"nascita datanascimento datadenascimento nascimento geboortedatum dataurodzenia fodelsedatum fodseldato born bornon"},
		{kindSetOf(kindPersonName), "firstname lastname middlename fullname givenname familyname surname maidenname forename nickname displayname customername personname cardholder cardholdername accountholder contactname recipientname patientname " +
			"employeename username fname lname vorname nachname familienname geburtsname kundenname inhaber prenom nomdefamille nomcomplet nombre apellido apellidos nombrecompleto cognome nomecompleto sobrenome primeironome voornaam " +
			"achternaam imie nazwisko fornamn efternamn"},
		{kindSetOf(kindAddress), "street streetaddress streetname address addressline addr homeaddress postaladdress billingaddress shippingaddress deliveryaddress housenumber postcode postalcode zip zipcode strasse hausnummer anschrift adresse wohnort plz " +
			"postleitzahl rue codepostal calle direccion domicilio codigopostal indirizzo endereco cep straat postbus ulica kodpocztowy gata postnummer"},
		{kindSetOf(kindLocation), "lat latitude lon lng longitude geo geolocation geopoint gps gpscoordinates coordinates breitengrad laengengrad langengrad"},
		{kindSetOf(kindIdentity), "gender sex race ethnicity ethnicgroup religion religiousbelief sexualorientation nationality maritalstatus politicalparty tradeunion diagnosis disease illness disability bloodtype medication healthcondition icd icdcode " +
			"geschlecht konfession religionszugehoerigkeit staatsangehorigkeit familienstand diagnose krankheit behinderung salary gehalt salaire salario stipendio"},
	} {
		for word := range strings.FieldsSeq(of.words) {
			table[word] |= of.kinds
		}
	}
	// Names of messages and machines that end like a word of a person's.
	for word := range strings.FieldsSeq("memoryaddress blockaddress contractaddress walletaddress baseaddress startaddress endaddress tokentype tokencount maxtokens tokenizer secretary mailbox pinned emailtemplate hostname voicemail sextant " +
		"passwordless tokenuri iptables cellcount cellid cellindex mobileapp mobileos macos macro") {
		table[word] = 0
	}
	return table
}()

// aboutWords end names of what is known about a thing, and not of the thing.
var aboutWords = func() map[string]bool {
	set := make(map[string]bool)
	for word := range strings.FieldsSeq("sent verified confirmed validated valid type types kind count counts version changed updated created enabled disabled required flag status state at length size format expired expires expiry ttl policy template provider domain") {
		set[word] = true
	}
	return set
}()
